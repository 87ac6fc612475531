package circles

// Kits are the ready-made meetings (opplegg for foreldremøter), each with the agreements
// that one chooses from there.
var Kits = map[string][]string{
	"year":  {"birthday", "chat", "call", "welcome", "speak-well"},
	"net":   {"chat", "ages", "call"},
	"apart": {"birthday", "welcome", "call", "speak-well"},
	"begin": {"way", "welcome", "birthday", "chat"},
}

// KitNames are they in order.
var KitNames = []string{"year", "net", "apart", "begin"}
