// Package lang is the language floor: the texts of every page in bokmål,
// nynorsk and English, and the Norwegian way of writing dates, times, numbers
// and lists.
//
// Texts are flat JSON files, texts/<area>.<language>.json, from key to text. A
// text may hold {name} for what is filled in, and may have two forms that {n}
// chooses between:
//
//	"today.count": {"one": "Én sak haster", "other": "{n} saker haster"}
//
// Everything a person reads comes from here. A municipality must answer in the
// form of Norwegian that was used to it (språklova § 15), so bokmål and nynorsk
// are equals: a key that stands in one stands in both, and in English.
package lang
