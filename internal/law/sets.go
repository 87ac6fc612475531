package law

// The dates. That of chapter 9a is when the chapter came into the 1998 act, that
// of barnehageloven chapter VIII when it came into force; both are believed,
// not read. The new forvaltningslov and barnelov are passed but not in force,
// so that no row cites them.
var ruleSets = []RuleSet{
	{ID: Chapter9a, From: "2003-04-01", To: "2017-07-31", Act: "opplæringslova (1998) kapittel 9a", Source: Believed},
	{ID: Chapter9A, From: "2017-08-01", To: "2024-07-31", Act: "opplæringslova (1998) kapittel 9 A", Source: Secondary},
	{ID: Kindergarten, From: "2021-01-01", Act: "barnehageloven kapittel VIII", Source: Believed},
	{ID: Chapter12, From: "2024-08-01", Act: "opplæringslova kapittel 10, 12 og 13", Source: Read},
	{ID: Private, From: "2024-08-01", Act: "privatskolelova § 2-4", Source: Read},
	{ID: Chapter13, From: "2025-08-01", Act: "opplæringslova §§ 13-3 til 13-5", Source: Read},
	// Nothing in the notes dates the adjacent duties; they are shown with every
	// chapter on the school environment.
	{ID: Adjacent, From: "2003-04-01", Act: "andre lover", Source: Believed},
}
