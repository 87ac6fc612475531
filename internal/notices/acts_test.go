package notices

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// written are the acts that the rooms write in the record, read out of their code:
// what is given as the Act of an entry, and where that is put together, every way it
// can be ("cases." and each kind of record).
func written(t *testing.T, rooms ...string) map[string]bool {
	t.Helper()
	acts := map[string]bool{}
	for _, room := range rooms {
		paths, err := filepath.Glob("../" + room + "/*.go")
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", room, len(paths), err)
		}
		named, kinds := map[string]string{}, []string{}
		inFile := map[*ast.File][]string{}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for name, v := range texts(f, "") {
				named[name] = v
			}
			inFile[f] = slices.Collect(maps.Values(texts(f, "")))
			kinds = append(kinds, slices.Collect(maps.Values(texts(f, "Kind")))...)
		}
		for f := range inFile {
			ast.Inspect(f, func(n ast.Node) bool {
				kv, ok := n.(*ast.KeyValueExpr)
				if !ok {
					return true
				}
				if key, ok := kv.Key.(*ast.Ident); !ok || key.Name != "Act" {
					return true
				}
				switch v := kv.Value.(type) {
				case *ast.BasicLit:
					acts[quoted(v)] = true
				case *ast.Ident:
					if act := named[v.Name]; act != "" { // else it is given by whoever calls
						acts[act] = true
					}
				case *ast.BinaryExpr:
					first, ok := v.X.(*ast.BasicLit)
					if !ok {
						return true
					}
					ends := inFile[f]
					if _, made := v.Y.(*ast.CallExpr); made {
						ends = append(slices.Clone(kinds), ends...)
					}
					for _, end := range ends {
						acts[quoted(first)+end] = true
					}
				}
				return true
			})
		}
	}
	return acts
}

// texts are the constants of a file that are a text, of one type, or of any with "".
func texts(f *ast.File, of string) map[string]string {
	all := map[string]string{}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			typ, _ := v.Type.(*ast.Ident)
			if of != "" && (typ == nil || typ.Name != of) {
				continue
			}
			for i, name := range v.Names {
				if i < len(v.Values) {
					if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						all[name.Name] = quoted(lit)
					}
				}
			}
		}
	}
	return all
}

func quoted(l *ast.BasicLit) string {
	s, _ := strconv.Unquote(l.Value)
	return s
}

// Every act that somebody is told of is one that a room writes: a key that fits none
// tells nobody, and nothing else would say so.
func TestEveryActIsWritten(t *testing.T) {
	acts := written(t, "concerns", "cases", "interventions", "dialogue", "sfo")
	if len(acts) < 50 {
		t.Fatalf("only %d acts were found: the search does not see them", len(acts))
	}
	for act := range whom {
		if !acts[act] {
			t.Errorf("%s tells somebody, and no room writes it", act)
		}
	}
	for act := range home {
		if !acts[act] {
			t.Errorf("%s tells the home, and no room writes it", act)
		}
	}
	// The control: what was once believed to be an act is not one.
	for _, act := range []string{"concerns.set-aside", "cases.moon", "concerns.", ""} {
		if acts[act] {
			t.Errorf("%q is taken for an act", act)
		}
	}
}
