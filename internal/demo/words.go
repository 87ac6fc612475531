package demo

import "tilhor"

// A scene is what a made-up concern says, at a place. Every word is invented.
type scene struct {
	arena            tilhor.Arena
	said, saw, place string
	words, wants     string // what the pupil tells when asked
	finding          string
	problem, what    string
	when             string
}

var scenes = []scene{
	{
		tilhor.ArenaBreak, "De tar alltid ballen når jeg kommer. Jeg vil ikke ut mer.", "Eleven ble stående i garderoben da de andre gikk ut.", "ved ballbingen",
		"Når jeg spør om å være med, sier de at det er fullt. Så går de.", "At en voksen er der når vi velger lag.",
		"Eleven blir holdt utenfor ballspillet i storefri de fleste dagene. Det er ingen fast voksen ved ballbingen.",
		"Eleven får ikke være med i ballspillet i storefri.", "Voksen ved ballbingen setter lagene sammen med elevene og blir der hele friminuttet.", "hvert storefri",
	},
	{
		tilhor.ArenaChanging, "Det er best når en voksen står der.", "Eleven gråt etter gym og ville ikke si hvorfor.", "jentegarderoben",
		"De ler når jeg skifter. Det er verst på slutten.", "At jeg slipper å være sist.",
		"Garderoben er uten voksen de siste ti minuttene etter gym. Det er da det skjer.",
		"Eleven er utrygg i garderoben etter gym.", "Voksen følger klassen til garderoben og blir til den siste er ferdig.", "før og etter gym",
	},
	{
		tilhor.ArenaDigital, "De har en gruppe der de skriver om meg.", "Eleven viste fram en melding og ba oss ikke si det til noen.", "gruppechat på fritiden",
		"Jeg ble tatt ut av gruppa, og så skrev de om klærne mine.", "At det slutter, og at noen snakker med dem uten å si at det var jeg som sa det.",
		"Det er skrevet nedsettende om eleven i en gruppe med ni fra trinnet. Det fortsetter i skoletiden.",
		"Krenkelser i en digital gruppe gjør eleven utrygg på skolen.", "Kontaktlærer snakker med hver av de ni for seg, og ser til eleven ved skolestart.", "mandag og torsdag morgen",
	},
	{
		tilhor.ArenaClass, "Ingen vil jobbe med meg.", "Ved gruppearbeid satt eleven igjen alene to ganger denne uka.", "",
		"De himler med øynene når jeg blir satt sammen med dem.", "At læreren bestemmer gruppene.",
		"Gruppene velges av elevene selv. Eleven blir valgt sist eller ikke i det hele tatt.",
		"Eleven blir stående utenfor når klassen deler seg i grupper.", "Lærer setter gruppene på forhånd og følger med på arbeidet i elevens gruppe.", "i alle gruppetimer",
	},
	{
		tilhor.ArenaWay, "Jeg tør ikke gå hjem alene.", "Eleven ventet innenfor porten til klokka fire.", "stien ved brua",
		"De står ved brua og sier ting. I går tok de lua mi.", "At noen går sammen med meg.",
		"To eldre elever har ventet på eleven etter skolen flere ganger. Det gjør eleven utrygg også i timene.",
		"Eleven er redd på vei hjem, og gruer seg til skoledagen er slutt.", "Miljøarbeider følger eleven over brua, og snakker med de to elevene og hjemmene deres.", "hver dag etter siste time",
	},
	{
		tilhor.ArenaSFO, "Jeg får aldri velge lek.", "Tre barn bestemte leken og sendte eleven ut av rommet.", "puterommet",
		"De sier at jeg er baby.", "At de voksne sier hvem som kan være med.",
		"Leken i puterommet er uten voksen etter klokka tre. Eleven blir sendt ut.",
		"Eleven blir stengt ute fra leken på SFO.", "Voksen er med i puterommet og setter i gang lek der eleven har en plass.", "hver ettermiddag på SFO",
	},
	{
		tilhor.ArenaTransport, "De holder av alle setene.", "Eleven gikk av bussen to stopp for tidlig.", "buss 24",
		"De sier at det er opptatt, også når det ikke er det.", "Fast plass på bussen.",
		"Eleven får ikke sitte på bussen hjem tre dager i uka.",
		"Eleven er utrygg på skolebussen.", "Eleven får fast plass foran, og en voksen ser dem på bussen.", "hver dag",
	},
	{
		tilhor.ArenaTrip, "Jeg ville hjem med en gang.", "På leirskolen spiste eleven alene to kvelder.", "leirskolen",
		"Ingen ville ha meg på rommet.", "At jeg får være med på å velge neste gang.",
		"Romfordelingen ble laget av elevene. Eleven ble plassert alene til slutt.",
		"Eleven ble stående alene på tur, og vil ikke på flere turer.", "Lærer lager romfordeling og turgrupper sammen med eleven før neste tur.", "før hver tur",
	},
	{
		tilhor.ArenaCorridor, "De dytter når ingen ser det.", "Eleven hadde rødmerke på armen og sa at det ikke var noe.", "gangen ved trappa",
		"Det er alltid ved trappa. Jeg venter til alle har gått.", "At jeg kan gå inn et annet sted.",
		"Det dyttes i gangen ved skolestart. Ingen voksen har vakt der.",
		"Eleven blir dyttet i gangen og er redd for å gå inn.", "Vakt i gangen ved trappa, og eleven kan gå inn ved lærerværelset.", "ved skolestart og etter storefri",
	},
}
