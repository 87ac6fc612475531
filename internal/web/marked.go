package web

import (
	"bytes"
	"html"
	"slices"
	"strings"

	"tilhor/internal/lang"
)

// marked gives the lang attribute to every piece of a page that is in the reader's
// own language, where the page as a whole is in another: Sámi words on a page in
// bokmål. A screen reader that reads them as Norwegian is not understood. It is done
// on the page as drawn, since a text passes through fields, facts and states on its
// way there; the markup is our own, and what others wrote in it is escaped.
func marked(w *lang.Words, page []byte) []byte {
	if w == nil || w.Page() == w.Lang() {
		return page
	}
	attribute := ` lang="` + string(w.Lang()) + `"`
	var out bytes.Buffer
	for len(page) > 0 {
		end := bytes.IndexByte(page, '>') + 1
		tag, rest := page[:end], page[end:]
		next := bytes.IndexByte(rest, '<')
		if end == 0 || next < 0 { // what is left is no markup
			out.Write(page)
			break
		}
		text := rest[:next]
		page = rest[next:]
		said := html.UnescapeString(string(text))
		if bytes.HasPrefix(tag, []byte("<title")) {
			said, _, _ = strings.Cut(said, " – ") // the place stands behind
		}
		switch {
		case !w.Says(said), bytes.Contains(tag, []byte(" lang=")), bytes.HasPrefix(tag, []byte("<textarea")):
			out.Write(tag)
			out.Write(text)
		case holds(tag) && bytes.HasPrefix(page, []byte("</")):
			out.Write(tag[:len(tag)-1])
			out.WriteString(attribute + ">")
			out.Write(text)
		default:
			out.Write(tag)
			out.WriteString("<span" + attribute + ">")
			out.Write(text)
			out.WriteString("</span>")
		}
	}
	return out.Bytes()
}

// holds says whether a tag begins an element that can hold a text.
func holds(tag []byte) bool {
	name, _, _ := strings.Cut(strings.Trim(string(tag), "<>"), " ")
	return !strings.HasPrefix(name, "/") && !bytes.HasSuffix(tag, []byte("/>")) && !slices.Contains([]string{"br", "img", "input"}, name)
}
