package file

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// Square draws a text as a square of dots (QR, SVG), each dot so many pixels wide.
// sure says how much of it may be spoilt: of what hangs on a wall much, of what is
// on a screen little.
func Square(text string, sure qr.Level, dot int) (string, error) {
	c, err := qr.Encode(text, sure)
	if err != nil {
		return "", err
	}
	const quiet = 4
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %[1]d" width="%d" height="%[2]d" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path fill="#000" d="`,
		c.Size+2*quiet, dot*(c.Size+2*quiet))
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}
