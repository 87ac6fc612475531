package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/beside"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/seal"

	"filippo.io/age"
)

// BackupCmd copies everything away, encrypted to somebody else's key, while the
// server runs. Data and keys become two archives, because they must not be kept
// together: the data without the keys read nothing.
type BackupCmd struct {
	Where
	To        string   `required:"" help:"The folder for the archives."`
	KeysTo    string   `help:"Another folder for the archive of keys."`
	Recipient []string `required:"" help:"Who can open them: an age public key (age1…). May be given again."`
}

// Help says whose it is: the data of all owners lie in one database.
func (BackupCmd) Help() string { return everybodys }

const everybodys = "Of every owner, always: --owner and TILHOR_OWNER are left aside."

// every leaves the owner aside that was named: what is copied or put back is all
// there is, so all of it must have its keys, and be shredded again.
func (w *Where) every(app *App) {
	if w.Owner != "" {
		fmt.Fprintln(app.Out, "--owner (TILHOR_OWNER) is left aside: this is of every owner")
	}
	w.Owner = ""
}

// The names of the two archives.
const (
	dataSuffix = "-data.age"
	keysSuffix = "-keys.age"
	stampForm  = "20060102T150405Z"
)

// Run reads the keys first: the checkpoints beside them are then never newer than
// the data, and no owner key is gone that something in the data is wrapped with.
// Only what was shredded is read after the data, so that it has all that the data
// call noted. The data get their name last: without keys they would be no backup.
func (c BackupCmd) Run(app *App) error {
	ctx := context.Background()
	c.every(app)
	to, err := age.ParseRecipients(strings.NewReader(strings.Join(c.Recipient, "\n")))
	if err != nil {
		return exit(2, "a recipient is an age public key, as in age1…")
	}
	owners, err := c.owners()
	if err != nil {
		return err
	}
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if c.KeysTo == "" {
		c.KeysTo = c.To
	}
	before, err := c.unlock()
	if err != nil {
		return err
	}
	stamp := app.Clock().UTC().Format(stampForm)
	keysFile := filepath.Join(c.KeysTo, "tilhor-"+stamp+keysSuffix)
	dataFile := filepath.Join(c.To, "tilhor-"+stamp+dataSuffix)
	files, err := copyKeys(c.keysDir(), owners)
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	var copied db.Copied
	made := false // of keys, by this run: what lies there already is another's
	err = archive(dataFile, to, func(w io.Writer) error {
		z := gzip.NewWriter(w)
		copied, err = d.Dump(ctx, z)
		if err = errors.Join(err, z.Close()); err != nil {
			return err
		}
		if err := addShredded(ctx, d, before, files, app.Clock()); err != nil {
			return err
		}
		err := archive(keysFile, to, func(w io.Writer) error { return writeKeys(w, files, app.Clock()) })
		made = err == nil
		return err
	})
	if err != nil {
		if made {
			os.Remove(keysFile)
		}
		return fmt.Errorf("write %s and %s: %w", dataFile, keysFile, err)
	}
	if err := errors.Join(sameKeys(before, c.keysDir(), owners), c.allHaveKeys(copied.Owners, owners)); err != nil {
		os.Remove(keysFile)
		os.Remove(dataFile)
		return err
	}
	if err := noteBackup(c.keysDir(), owners, app.Clock()); err != nil {
		return fmt.Errorf("%s and %s are whole, but that they were made could not be noted beside the keys: %w", dataFile, keysFile, err)
	}
	fmt.Fprintf(app.Out, "%s: %d rows of %d tables\n%s: the keys of %d owners\n", dataFile, copied.Rows, copied.Tables, keysFile, len(owners))
	if filepath.Clean(c.KeysTo) == filepath.Clean(c.To) {
		fmt.Fprintln(app.Out, "Move the archive of keys away from the data: together they are everything.")
	}
	return nil
}

// allHaveKeys refuses a backup that holds what belongs to somebody whose keys are
// not in it: it could not be restored, for anybody.
func (c BackupCmd) allHaveKeys(met []string, owners []tilhor.OwnerID) error {
	for _, o := range met {
		if !slices.Contains(owners, tilhor.OwnerID(o)) {
			return exit(1, "the database holds what belongs to "+o+", and there are no keys of "+o+" in "+c.keysDir()+": without them nothing of the backup could be restored. Put them back (two shares give them: tilhor key restore) and run it again")
		}
	}
	return nil
}

// sameKeys refuses a backup during which an owner key was changed: its keys
// would not open its data.
func sameKeys(before *seal.Keys, dir string, owners []tilhor.OwnerID) error {
	now, err := seal.Open(dir, owners...)
	if err != nil {
		return exit(2, err.Error())
	}
	for _, o := range owners {
		if !before.Holds(o, now.KeyID(o)) {
			return exit(1, "the owner key of "+string(o)+" was changed while the backup was made: run it again")
		}
	}
	return nil
}

// archive writes an age file under another name first, so that what has the
// right name is whole and on disk.
func archive(path string, to []age.Recipient, fill func(io.Writer) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return errors.New("there is one already")
	}
	f, err := beside.Open(path+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	defer os.Remove(path + ".part")
	defer f.Close()
	w, err := age.Encrypt(f, to...)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		return err
	}
	if err := errors.Join(w.Close(), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := beside.Rename(path+".part", path); err != nil {
		return err
	}
	if err := beside.SyncDir(filepath.Dir(path)); err != nil {
		os.Remove(path) // nobody is told of it
		return err
	}
	return nil
}

// copyKeys reads each owner's folder; not what something that was cut off has left.
func copyKeys(dir string, owners []tilhor.OwnerID) (map[string]map[string][]byte, error) {
	files := map[string]map[string][]byte{}
	for _, o := range owners {
		list, err := os.ReadDir(filepath.Join(dir, string(o)))
		if err != nil {
			return nil, err
		}
		files[string(o)] = map[string][]byte{}
		for _, e := range list {
			if !e.Type().IsRegular() || !keyFileName.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".part") {
				continue
			}
			if files[string(o)][e.Name()], err = os.ReadFile(filepath.Join(dir, string(o), e.Name())); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// addShredded brings the lists of what was shredded up to date, also when no server
// runs beside these keys, and puts them into the copy.
func addShredded(ctx context.Context, d *db.DB, keys *seal.Keys, files map[string]map[string][]byte, now time.Time) error {
	for o, named := range files {
		if _, err := keys.NoteShreddings(ctx, d, tilhor.OwnerID(o), now); err != nil {
			return fmt.Errorf("note what was shredded: %w", err)
		}
		text, err := keys.File(tilhor.OwnerID(o), seal.ShreddedFile)
		if err != nil {
			return err
		}
		if text != nil {
			named[seal.ShreddedFile] = text
		}
	}
	return nil
}

// writeKeys writes each owner's files as a tar archive.
func writeKeys(w io.Writer, files map[string]map[string][]byte, now time.Time) error {
	out := tar.NewWriter(w)
	for _, o := range sortedKeys(files) {
		for _, name := range slices.Sorted(maps.Keys(files[o])) {
			text := files[o][name]
			h := &tar.Header{Typeflag: tar.TypeReg, Name: o + "/" + name, Mode: 0o600, Size: int64(len(text)), ModTime: now.UTC()}
			if err := out.WriteHeader(h); err != nil {
				return err
			}
			if _, err := out.Write(text); err != nil {
				return err
			}
			clear(text)
		}
	}
	return out.Close()
}

// noteBackup writes down that the keys were copied away: doctor nags until then.
func noteBackup(dir string, owners []tilhor.OwnerID, now time.Time) error {
	k, err := seal.Open(dir, owners...)
	if err != nil {
		return exit(2, err.Error())
	}
	for _, o := range owners {
		if err := k.Append(o, seal.BackedUpFile, now.UTC().Format(time.RFC3339)+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// RestoreCmd puts a backup into an empty database and proves it.
type RestoreCmd struct {
	Where
	From     string   `required:"" help:"The folder with the archives (the newest is taken), or the archive of data itself."`
	KeysFrom string   `help:"The archive of keys, when it lies elsewhere."`
	Identity []string `required:"" help:"A file with the age identity (AGE-SECRET-KEY-…) that opens them."`
	Key      string   `type:"existingfile" help:"The owner's public key (owner.pub), kept elsewhere: the archive's must be the same. Anybody who knows the recipient can make an archive."`
}

// Help says whose it is.
func (RestoreCmd) Help() string { return everybodys }

// Run reads the archives through, and sees that they belong together, before it
// writes anything: one that is damaged or foreign leaves nothing behind.
func (c RestoreCmd) Run(app *App) error {
	ctx := context.Background()
	c.every(app)
	ids, err := identities(c.Identity)
	if err != nil {
		return exit(2, err.Error())
	}
	dataFile, keysFile, err := c.find()
	if err != nil {
		return exit(2, err.Error())
	}
	files := map[string]map[string][]byte{}
	if keysFile != "" {
		if err := opened(keysFile, ids, func(r io.Reader) error { return readKeys(r, files) }); err != nil {
			return fmt.Errorf("%s is refused: %w", keysFile, err)
		}
	}
	keys, err := c.gather(files)
	if err != nil {
		return err
	}
	if err := c.isOurs(app, keys); err != nil {
		return err
	}
	schema, err := inspect(dataFile, ids, keys)
	if err != nil {
		return fmt.Errorf("%s is refused: %w", dataFile, err)
	}
	if err := c.load(ctx, app, dataFile, ids, schema, files); err != nil {
		return err
	}
	return c.prove(ctx, app, files)
}

// isOurs compares with the public key that is kept elsewhere: an archive is
// sealed to a recipient, which says nothing of who made it.
func (c RestoreCmd) isOurs(app *App, keys *seal.Keys) error {
	if c.Key == "" {
		for _, owner := range keys.Owners() {
			fmt.Fprintf(app.Out, "public key %s: compare it with the one you have elsewhere, or give --key\n", keys.Public(owner))
		}
		return nil
	}
	held, err := readSmall(nil, c.Key)
	if err != nil {
		return exit(2, err.Error())
	}
	for _, owner := range keys.Owners() {
		if keys.Public(owner) == strings.TrimSpace(string(held)) {
			return nil
		}
	}
	return exit(1, "the archive holds no owner with the public key in "+c.Key+": somebody else made it, or it is another owner's")
}

// emptied says how room is made for a restore where one broke off.
func (c RestoreCmd) emptied() string {
	if file, ok := db.SQLitePath(c.DB); ok {
		return "remove " + file + ", and " + file + "-wal and " + file + "-shm if they are there"
	}
	return "drop the database and make an empty one"
}

// brokeOff says what to do when it failed with the database filled in part, or not
// yet fit to be read.
func (c RestoreCmd) brokeOff(app *App, err error) error {
	fmt.Fprintf(app.Err, "tilhor: the restore broke off, and what it left is not served. When what follows is mended, %s, and run it again.\n", c.emptied())
	return err
}

// gather opens the keys that the data will be read with, before any is put in
// place: those that lie here, which are newer and stay, and those of the
// archive, of which an earlier owner key may be needed.
func (c RestoreCmd) gather(files map[string]map[string][]byte) (*seal.Keys, error) {
	given, err := seal.Given(files)
	if err != nil {
		return nil, exit(1, "the archive of keys does not open: "+err.Error())
	}
	here, err := seal.Owners(c.keysDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, exit(2, err.Error())
	}
	if len(files)+len(here) == 0 {
		return nil, exit(2, "there is no archive of keys and there are no keys in "+c.keysDir()+": give --keys-from FILE")
	}
	keys := given
	if len(here) > 0 {
		if keys, err = seal.Open(c.keysDir(), here...); err != nil {
			return nil, exit(1, err.Error())
		}
	}
	for _, owner := range given.Owners() {
		if p := keys.Public(owner); p != "" && p != given.Public(owner) {
			return nil, exit(1, "the keys in "+keys.Folder(owner)+" are not those of the backup")
		}
	}
	keys.Add(given)
	return keys, lend(keys, files)
}

// lend gives the keys the owner keys of the archive to open with.
func lend(keys *seal.Keys, files map[string]map[string][]byte) error {
	for owner, named := range files {
		for _, text := range seal.OwnerKeyTexts(named) {
			if err := keys.Lend(tilhor.OwnerID(owner), text); err != nil {
				return err
			}
		}
	}
	return nil
}

func identities(files []string) ([]age.Identity, error) {
	var out []age.Identity
	for _, name := range files {
		text, err := readSmall(nil, name)
		if err != nil {
			return nil, err
		}
		ids, err := age.ParseIdentities(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s is not an age identity", name)
		}
		out = append(out, ids...)
	}
	return out, nil
}

// find gives the archive of data, and that of keys made with it ("" when there
// is none here).
func (c RestoreCmd) find() (data, keys string, err error) {
	data = c.From
	if st, err := os.Stat(c.From); err != nil {
		return "", "", fmt.Errorf("there is nothing at %s", c.From)
	} else if st.IsDir() {
		all, err := filepath.Glob(filepath.Join(c.From, "tilhor-*"+dataSuffix))
		if err != nil || len(all) == 0 {
			return "", "", fmt.Errorf("there is no archive of data in %s", c.From)
		}
		sort.Strings(all) // the names begin with the time
		data = all[len(all)-1]
	}
	if c.KeysFrom != "" {
		return data, c.KeysFrom, nil
	}
	beside := strings.TrimSuffix(data, dataSuffix) + keysSuffix
	if _, err := os.Stat(beside); err == nil {
		return data, beside, nil
	}
	return data, "", nil
}

// opened decrypts an archive while it is read. age refuses every changed byte
// and a file that was cut.
func opened(path string, ids []age.Identity, use func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := age.Decrypt(f, ids...)
	if err != nil {
		return err
	}
	if err := use(r); err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, r)
	if err == nil && n > 0 {
		err = errors.New("the archive goes on after its end")
	}
	return err
}

func data(path string, ids []age.Identity, use func(io.Reader) error) error {
	return opened(path, ids, func(r io.Reader) error {
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		if err := use(z); err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, z) // its own check sum
		return err
	})
}

// inspect reads a data archive through, gives its schema, and refuses data of an
// owner whose keys are missing, or that none of the keys open.
func inspect(path string, ids []age.Identity, keys *seal.Keys) (schema int64, err error) {
	met := map[string]*seal.Wraps{}
	err = data(path, ids, func(r io.Reader) error {
		c, err := db.ReadCopy(r, nil, func(table string, columns []string, rows [][]any) error {
			return look(met, keys, table, columns, rows)
		})
		schema = c.Schema
		return err
	})
	if err != nil {
		return schema, err
	}
	for owner, w := range met {
		switch {
		case keys.KeyID(tilhor.OwnerID(owner)) == "":
			return schema, fmt.Errorf("it holds what belongs to %s, and there are no keys of %s", owner, owner)
		case w.Broken > 0 && w.Current == 0:
			return schema, fmt.Errorf("the keys of %s do not open it: it was made with others, or before the owner key was changed; give the archive of keys that was made with it (--keys-from)", owner)
		}
	}
	return schema, nil
}

// look counts, for each owner in the rows of a copy, the keys that open.
func look(met map[string]*seal.Wraps, keys *seal.Keys, table string, columns []string, rows [][]any) error {
	at := func(column string) int { return slices.Index(columns, column) }
	owner, kind, thing, wrapped := at("owner"), at("kind"), at("thing"), at("wrapped")
	if owner < 0 {
		return nil
	}
	for _, row := range rows {
		o, _ := row[owner].(string)
		if o == "" {
			continue // what the database says of itself
		}
		if met[o] == nil {
			met[o] = &seal.Wraps{}
		}
		if table != "seal_key" || kind < 0 || thing < 0 || wrapped < 0 {
			continue
		}
		raw, _ := row[wrapped].([]byte)
		k, _ := row[kind].(string)
		th, _ := row[thing].(string)
		switch {
		case len(raw) == 0: // shredded
		case keys.Opens(tilhor.OwnerID(o), seal.Kind(k), th, raw):
			met[o].Current++
		default:
			met[o].Broken++
		}
	}
	return nil
}

// keyFileName is what a file beside a key may be called.
var keyFileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$`)

func readKeys(r io.Reader, files map[string]map[string][]byte) error {
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		owner, name, ok := strings.Cut(h.Name, "/")
		if !ok || h.Typeflag != tar.TypeReg || !seal.ValidOwner(tilhor.OwnerID(owner)) || !keyFileName.MatchString(name) || sparse(h) {
			return errors.New("it holds what is not a key")
		}
		if _, twice := files[owner][name]; twice {
			return errors.New("it holds a key twice")
		}
		text, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		if files[owner] == nil {
			files[owner] = map[string][]byte{}
		}
		files[owner][name] = text
	}
}

// sparse says whether a file of an archive has holes: a line of text can claim
// a file larger than any memory.
func sparse(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]map[string][]byte) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// putKeys places the keys of owners that have none here. What lies here already
// is newer, and is kept.
func (c RestoreCmd) putKeys(app *App, files map[string]map[string][]byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("put the keys in place: %w", err)
		}
	}()
	for _, owner := range sortedKeys(files) {
		folder := filepath.Join(c.keysDir(), owner)
		if _, err := os.Lstat(folder); err == nil {
			fmt.Fprintf(app.Out, "the keys in %s are kept as they are\n", folder)
			continue
		}
		if err := os.MkdirAll(c.keysDir(), 0o700); err != nil {
			return err
		}
		part := folder + ".part"
		if err := os.RemoveAll(part); err != nil { // what one that was cut off here has left
			return err
		}
		defer os.RemoveAll(part)
		if err := unpack(part, files[owner]); err != nil {
			return err
		}
		if err := beside.Rename(part, folder); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		return nil
	}
	return beside.SyncDir(c.keysDir())
}

// unpack writes files into a new folder, for nobody else to read.
func unpack(folder string, files map[string][]byte) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	for name, text := range files {
		if err := beside.New(filepath.Join(folder, name), text); err != nil {
			return err
		}
	}
	return beside.SyncDir(folder)
}

// load fills an empty database at the schema of the copy, after the keys are in
// place. A SQLite database is made only then: one that is there is refused, also
// when a restore was cut off while it placed the keys.
func (c RestoreCmd) load(ctx context.Context, app *App, path string, ids []age.Identity, schema int64, files map[string]map[string][]byte) error {
	newest, err := db.Newest()
	if err != nil {
		return err
	}
	if schema > newest {
		return exit(1, "the backup is from a newer version of this program")
	}
	file, lite := db.SQLitePath(c.DB)
	if lite {
		if st, err := os.Stat(file); err == nil && st.Size() > 0 {
			return exit(1, "there is a database at "+file+" already: restore only into a new one. If it is what a restore left that broke off, "+c.emptied()+", and run it again")
		}
		if err := c.putKeys(app, files); err != nil {
			return err
		}
	}
	d, err := db.OpenAt(ctx, c.DB, schema)
	if err != nil {
		return exit(2, err.Error())
	}
	defer d.Close()
	if broken, err := d.Unfinished(ctx); err != nil || broken {
		return errors.Join(err, exit(1, "a restore into this database broke off: "+c.emptied()+", and run it again"))
	}
	if at, err := d.Schema(ctx); err != nil || at != schema {
		return errors.Join(err, exit(1, "the database cannot be brought to the schema of the backup: it is not empty"))
	}
	if empty, err := d.Empty(ctx); err != nil || !empty {
		return errors.Join(err, exit(1, "the database holds something already: restore only into an empty one"))
	}
	if !lite {
		if err := c.putKeys(app, files); err != nil {
			return err
		}
	}
	var copied db.Copied
	err = data(path, ids, func(r io.Reader) error { copied, err = d.Fill(ctx, r); return err })
	if err = errors.Join(err, d.Close()); err != nil {
		return c.brokeOff(app, fmt.Errorf("restore: %w", err))
	}
	fmt.Fprintf(app.Out, "restored %d rows of %d tables\n", copied.Rows, copied.Tables)
	return nil
}

// prove makes what was loaded fit to be read, and verifies it.
func (c RestoreCmd) prove(ctx context.Context, app *App, files map[string]map[string][]byte) error {
	keys, err := c.unlock()
	if err != nil {
		return c.brokeOff(app, err)
	}
	d, err := db.Open(ctx, c.DB) // c.open refuses one that is not finished
	if err != nil {
		return c.brokeOff(app, err)
	}
	defer d.Close()
	broken, err := c.settle(ctx, app, d, keys, files)
	if err != nil {
		return c.brokeOff(app, err)
	}
	err = verifyAll(ctx, app.Out, d, keys)
	if err == nil && broken > 0 {
		err = exit(1, fmt.Sprintf("%d keys in the backup open with no owner key there is", broken))
	}
	if err != nil {
		fmt.Fprintln(app.Err, "tilhor: everything in the archive is restored, but it is not proven. If the checkpoints beside the keys are newer than the backup, what came after it is lost: docs/guide/record.md says what to do.")
	}
	return err
}

// settle shreds again what was shredded after the backup, and wraps under the owner
// key in use what an earlier one wrapped. Only then may the database be served: cut
// off before, what has been shredded could be read in it. It counts the keys that
// nothing opens.
func (c RestoreCmd) settle(ctx context.Context, app *App, d *db.DB, keys *seal.Keys, files map[string]map[string][]byte) (broken int, err error) {
	if err := lend(keys, files); err != nil {
		return 0, err
	}
	for _, owner := range keys.Owners() {
		n, err := keys.ApplyShreddings(ctx, d, owner)
		if err != nil {
			return 0, err
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return cases.BlankShredded(tx, owner) }); err != nil {
			return 0, err
		}
		fmt.Fprintf(app.Out, "%s: %d shreddings applied\n", owner, n)
		w, err := c.underOneKey(ctx, app, d, keys, owner)
		if err != nil {
			return 0, err
		}
		broken += w.Broken
	}
	return broken, d.Finish(ctx)
}

// underOneKey wraps what is left under an earlier owner key with the one in use.
func (c RestoreCmd) underOneKey(ctx context.Context, app *App, d *db.DB, keys *seal.Keys, owner tilhor.OwnerID) (seal.Wraps, error) {
	w, err := keys.Look(ctx, d, owner)
	if err != nil || w.Moved == 0 {
		return w, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error { _, err := keys.Current(tx, owner, app.Clock()); return err })
	if err != nil {
		return w, err
	}
	w, err = keys.Rewrap(ctx, d, owner, nil)
	fmt.Fprintf(app.Out, "%s: %d keys wrapped anew, from an earlier owner key\n", owner, w.Moved)
	return w, err
}
