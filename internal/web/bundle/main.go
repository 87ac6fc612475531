// Command bundle makes the files a browser fetches: style sheets with their
// fonts, the script, and one sheet of the icons in use, each under a name that
// changes with its content. Run it from the root of the project (make assets);
// it is never linked into tilhor.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	assets = "internal/web/assets"
	dist   = "internal/web/dist"
	icons  = "node_modules/@navikt/aksel-icons/dist/svg"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run() error {
	files, names, err := styles()
	if err != nil {
		return err
	}
	sprite, err := iconSheet()
	if err != nil {
		return err
	}
	put := func(name string, b []byte) {
		file := stamped(name, b)
		files[file], names[name] = b, file
	}
	put("icons.svg", sprite)
	mark, err := os.ReadFile(filepath.Join(assets, "mark.svg"))
	if err != nil {
		return err
	}
	put("mark.svg", mark)
	if files["manifest.json"], err = json.MarshalIndent(names, "", "  "); err != nil {
		return err
	}
	return write(files)
}

// styles builds the entry points with esbuild. Both bundles share their fonts.
func styles() (files map[string][]byte, names map[string]string, err error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, nil, err
	}
	res := api.Build(api.BuildOptions{
		EntryPoints:       []string{assets + "/work.css", assets + "/public.css", assets + "/school.css", assets + "/js/tilhor.js"},
		AbsWorkingDir:     root,
		Outdir:            dist,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
		Format:            api.FormatIIFE,
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile},
		Engines: []api.Engine{
			{Name: api.EngineChrome, Version: "111"}, {Name: api.EngineFirefox, Version: "121"}, {Name: api.EngineSafari, Version: "16.4"},
		},
	})
	for _, m := range api.FormatMessages(append(res.Errors, res.Warnings...), api.FormatMessagesOptions{Kind: api.ErrorMessage}) {
		fmt.Fprint(os.Stderr, m)
	}
	if len(res.Errors) > 0 {
		return nil, nil, errors.New("the style sheets do not build; is node_modules there? (make assets)")
	}
	files, names = map[string][]byte{}, map[string]string{}
	for _, f := range res.OutputFiles {
		file := filepath.Base(f.Path)
		files[file], names[plainName(file)] = f.Contents, file
	}
	return files, names, nil
}

var stamp = regexp.MustCompile(`-[A-Z0-9]{8}(\.[a-z0-9]+)$`)

// plainName takes esbuild's stamp off again: work-ABCDEFGH.css is work.css.
func plainName(file string) string { return stamp.ReplaceAllString(file, "$1") }

// iconSheet puts the icons of icons.txt into one file, so that a page only
// names them: /static/icons-….svg#House.
func iconSheet() ([]byte, error) {
	list, err := os.Open(filepath.Join(assets, "icons.txt"))
	if err != nil {
		return nil, err
	}
	defer list.Close()
	outer := regexp.MustCompile(`(?s)^.*?<svg[^>]*>|</svg>\s*$`)
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for lines := bufio.NewScanner(list); lines.Scan(); {
		name := strings.TrimSpace(lines.Text())
		if name == "" || name[0] == '#' {
			continue
		}
		svg, err := os.ReadFile(filepath.Join(icons, name+".svg"))
		if err != nil {
			return nil, fmt.Errorf("no icon %q: %w", name, err)
		}
		fmt.Fprintf(&b, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`, name, outer.ReplaceAll(svg, nil))
	}
	b.WriteString(`</svg>`)
	return b.Bytes(), nil
}

// stamped gives a file a name that changes with its content.
func stamped(name string, b []byte) string {
	sum := sha256.Sum256(b)
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + base32.StdEncoding.EncodeToString(sum[:5]) + ext
}

// write leaves exactly these files in dist, with a packed copy of each that
// packs: the server then only copies bytes.
func write(files map[string][]byte) error {
	for name, b := range files {
		if ext := filepath.Ext(name); ext == ".css" || ext == ".js" || ext == ".svg" {
			files[name+".gz"] = pack(b)
		}
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, f := range old {
		if _, keep := files[f.Name()]; !keep && f.Name() != ".keep" {
			if err := os.Remove(filepath.Join(dist, f.Name())); err != nil {
				return err
			}
		}
	}
	for name, b := range files {
		if name == "manifest.json" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dist, name), b, 0o644); err != nil {
			return err
		}
	}
	// The manifest last: where it stands, all else stands too.
	return os.WriteFile(filepath.Join(dist, "manifest.json"), files["manifest.json"], 0o644)
}

func pack(b []byte) []byte {
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	z.Write(b)
	z.Close()
	return buf.Bytes()
}
