package tilhor_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tilhor/internal/web"
)

// A page embeds the frame, and its own field of the same name would be drawn in
// the frame's place: a page's questions in the top of it, where the owner's
// name stands.
func TestNoPageHidesAPartOfTheFrame(t *testing.T) {
	var files, frames int
	for _, root := range []string{"internal/pages", "internal/web"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			n, hidden := hidesFrame(f)
			frames += n
			for _, h := range hidden {
				t.Errorf("%s: %s stands before the frame's own", path, h)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 50 || frames < 30 {
		t.Errorf("only %d files and %d pages were looked at", files, frames)
	}
}

// hidesFrame counts the structs that embed a frame, and names their fields that
// hide a part of it.
func hidesFrame(f *ast.File) (n int, hidden []string) {
	frame := reflect.TypeFor[web.Frame]()
	ast.Inspect(f, func(node ast.Node) bool {
		s, ok := node.(*ast.StructType)
		if !ok {
			return true
		}
		embeds := false
		var names []string
		for _, field := range s.Fields.List {
			switch x := field.Type.(type) {
			case *ast.SelectorExpr:
				embeds = embeds || len(field.Names) == 0 && x.Sel.Name == "Frame"
			case *ast.Ident:
				embeds = embeds || len(field.Names) == 0 && x.Name == "Frame"
			}
			for _, name := range field.Names {
				names = append(names, name.Name)
			}
		}
		if !embeds {
			return true
		}
		n++
		for _, name := range names {
			_, is := frame.FieldByName(name)
			_, does := frame.MethodByName(name)
			if is || does {
				hidden = append(hidden, name)
			}
		}
		return true
	})
	return n, hidden
}

// The control: a page that does so is seen.
func TestAHiddenPartOfTheFrameIsSeen(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\ntype v struct {\n\tweb.Frame\n\tOwner []string\n\tText string\n}", 0)
	if err != nil {
		t.Fatal(err)
	}
	if n, hidden := hidesFrame(f); n != 1 || len(hidden) != 1 || hidden[0] != "Owner" {
		t.Fatal(n, hidden)
	}
}
