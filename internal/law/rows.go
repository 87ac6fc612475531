package law

// Shorthand for the table below.
var (
	sameDay     = Norm{Unit: SameDay}
	sameWorkday = Norm{N: 0, Unit: Arbeidsdag}
)

func workdays(n int) Norm { return Norm{n, Arbeidsdag} }

// ifUnmet tells someone as soon as the local date has passed.
func ifUnmet(to ...Bearer) Step { return Step{From: FromLocal, To: to} }

// daysLate tells someone n calendar days after the local date.
func daysLate(n int, to ...Bearer) Step {
	return Step{From: FromLocal, Norm: Norm{n, Days}, To: to}
}

// ahead tells someone n calendar days before a date of an authority.
func ahead(n int, to ...Bearer) Step {
	return Step{From: FromDue, Norm: Norm{n, Days}, Before: true, To: to}
}

// From the report, "five days" for the plan is local: the act has no number for
// it. It comes from the week after which the family may go to Statsforvalteren.
var planSteps = []Step{
	{From: FromTrigger, Norm: workdays(3), Warn: true},
	ifUnmet(Rektor, Owner),
}

// Rektor is told when the local day for starting has passed, the owner when
// five arbeidsdagar have.
var investigateSteps = []Step{ifUnmet(Rektor), {From: FromTrigger, Norm: workdays(5), To: []Bearer{Owner}}}

var measureSteps = []Step{ifUnmet(Rektor), {From: FromLocal, Norm: workdays(2), To: []Bearer{Owner}}}

var reportSteps = []Step{{From: FromTrigger, Norm: workdays(1), Hour: 12, To: []Bearer{Deputy, Owner}}}

var staffOwnerSteps = []Step{{From: FromTrigger, Norm: workdays(1), To: []Bearer{OnCall}}}

var evaluateSteps = []Step{daysLate(1, Responsible), daysLate(3, Rektor), daysLate(7, Owner)}

var rows = []Row{
	// Opplæringslova chapters 10, 12 and 13, in force from 2024-08-01.
	{
		ID: "k12.prevent", Rules: Chapter12, Section: "§ 12-3 (2)", Ref: "opplæringslova § 12-3 (2)",
		Trigger: Always, Bearer: School, Class: Continuous, Word: "kontinuerleg", Source: Read, Supersedes: []ID{"9A.prevent"},
		Escalation: []Step{daysLate(14, Rektor), daysLate(30, Owner)},
	},
	{
		ID: "k12.zero", Rules: Chapter12, Section: "§ 12-3 (1)", Ref: "opplæringslova § 12-3 (1)",
		Trigger: Always, Bearer: School, Class: Continuous, Source: Read, Supersedes: []ID{"9A.prevent"},
	},
	{
		// After a track is closed we ask again, four to eight weeks on: a local norm.
		ID: "k12.watch", Rules: Chapter12, Section: "§ 12-4 (1)", Ref: "opplæringslova § 12-4 (1)",
		Trigger: Always, Bearer: Everyone, Class: Continuous, Source: Read, Supersedes: []ID{"9A.watch"},
		Parts: []Part{{Name: "after-check-from", Bearer: School, Local: Norm{4, Weeks}}, {Name: "after-check", Bearer: School, Local: Norm{8, Weeks}}},
	},
	{
		ID: "k12.intervene", Rules: Chapter12, Section: "§ 12-4 (1)", Ref: "opplæringslova § 12-4 (1)",
		Trigger: OffenceSeen, Bearer: Witness, Class: NoTime, Word: "om mogleg", Source: Read, Supersedes: []ID{"9A.watch"},
	},
	{
		ID: "k12.report", Rules: Chapter12, Section: "§ 12-4 (2)", Ref: "opplæringslova § 12-4 (2)",
		Trigger: Knowledge, Bearer: Employee, Class: Guidance, Local: sameWorkday, Source: Read, Supersedes: []ID{"9A.warn"},
		Escalation: reportSteps,
	},
	{
		ID: "k12.investigate", Rules: Chapter12, Section: "§ 12-4 (2)", Ref: "opplæringslova § 12-4 (2)",
		Trigger: Knowledge, Bearer: School, Class: StatutoryWord, Word: "snarast", Local: workdays(1), Source: Read, Supersedes: []ID{"9A.investigate"},
		Escalation: investigateSteps,
	},
	{
		ID: "k12.hear", Rules: Chapter12, Section: "§§ 10-2, 12-4",
		Ref:     "opplæringslova §§ 10-2 og 12-4; barnekonvensjonen art. 12; Grunnloven § 104",
		Trigger: PupilConcerned, Bearer: School, Class: Linked, Source: Read, Supersedes: []ID{"9A.hear"},
	},
	{
		ID: "k12.best", Rules: Chapter12, Section: "§ 10-1", Ref: "opplæringslova § 10-1",
		Trigger: AnyAct, Bearer: School, Class: Linked, Source: Read, Supersedes: []ID{"9A.hear"},
	},
	{
		ID: "k12.measures", Rules: Chapter12, Section: "§ 12-4 (2)", Ref: "opplæringslova § 12-4 (2)",
		Trigger: Unsafe, Bearer: School, Class: StatutoryWord, Word: "snarast", Local: workdays(5), Source: Read, Supersedes: []ID{"9A.measures"},
		Escalation: measureSteps,
	},
	{
		ID: "k12.plan", Rules: Chapter12, Section: "§ 12-4 (3)", Ref: "opplæringslova § 12-4 (3)",
		Trigger: Measures, Bearer: School, Class: Linked, Local: workdays(5), Source: Read, Supersedes: []ID{"9A.plan"},
		Escalation: planSteps,
	},
	{
		ID: "k12.evaluate", Rules: Chapter12, Section: "§ 12-4 (3)", Ref: "opplæringslova § 12-4 (2) og (3)",
		Trigger: PlanDate, Bearer: Responsible, Class: LocalPlan, Source: Read, Supersedes: []ID{"9A.plan"},
		Escalation: evaluateSteps,
	},
	{
		// Ten skoledagar without an entry and rektor is told: a local norm.
		ID: "k12.document", Rules: Chapter12, Section: "§ 12-4 (4)", Ref: "opplæringslova § 12-4 (4)",
		Trigger: AnyAct, Bearer: School, Class: Continuous, Source: Read, Supersedes: []ID{"9A.document"},
		Parts:      []Part{{Name: "quiet", Bearer: School, Local: Norm{10, Skoledag}}, {Name: "entry", Bearer: School, Local: Norm{24, Hours}}},
		Escalation: []Step{ifUnmet(Rektor)},
	},
	{
		ID: "k12.owner_serious", Rules: Chapter12, Section: "§ 12-4 (2)", Ref: "opplæringslova § 12-4 (2)",
		Trigger: Serious, Bearer: Rektor, Class: Local, Local: sameDay, Source: Read, Supersedes: []ID{"9A.warn"},
	},
	{
		// Udir: at the latest in the next break. We show it as late after two hours.
		ID: "k12.staff_report", Rules: Chapter12, Section: "§ 12-5 (1)", Ref: "opplæringslova § 12-5 (1)",
		Trigger: StaffOffends, Bearer: Employee, Class: StatutoryWord, Word: "straks", Local: Norm{2, Hours}, Source: Read, Supersedes: []ID{"9A.staff"},
	},
	{
		// Unless the report is evidently groundless (openbert grunnlaus): a high
		// threshold, with written reasons.
		ID: "k12.staff_owner", Rules: Chapter12, Section: "§ 12-5 (1)", Ref: "opplæringslova § 12-5 (1)",
		Trigger: StaffReported, Bearer: Rektor, Class: Local, Local: sameDay, Source: Read, Supersedes: []ID{"9A.staff"},
		Escalation: staffOwnerSteps,
	},
	{
		// The second paragraph has no word of time; we treat it as straks, like the first.
		ID: "k12.lead_owner", Rules: Chapter12, Section: "§ 12-5 (2)", Ref: "opplæringslova § 12-5 (2)",
		Trigger: LeadershipOffends, Bearer: Employee, Class: Local, Local: Norm{2, Hours}, Source: Read, Supersedes: []ID{"9A.staff"},
	},
	{
		ID: "k12.inform", Rules: Chapter12, Section: "§ 10-8", Ref: "opplæringslova § 10-8",
		Trigger: FirstContact, Bearer: Owner, Class: Local, Local: workdays(5), Source: Read,
		Escalation: []Step{ifUnmet(Rektor)},
	},
	{
		ID: "k12.sf_window", Rules: Chapter12, Section: "§ 12-6 (1)–(2)", Ref: "opplæringslova § 12-6 (1) og (2)",
		Trigger: RaisedWithRektor, Bearer: Family, Class: StatutoryNumber, Word: "ei veke", Number: Norm{1, Weeks}, Source: Read, Supersedes: []ID{"9A.sf"},
	},
	{
		ID: "k12.sf_docs", Rules: Chapter12, Section: "§ 12-6 (3)", Ref: "opplæringslova § 12-6 (3)",
		Trigger: StateAsks, Bearer: Owner, Class: External, Source: Read, Supersedes: []ID{"9A.sf"},
		Escalation: []Step{ahead(3, Owner), ahead(0, Chief)},
	},
	{
		ID: "k12.sf_order", Rules: Chapter12, Section: "§ 12-6 (4)–(5), § 12-8", Ref: "opplæringslova § 12-6 (4) og (5) og § 12-8",
		Trigger: StateOrders, Bearer: Owner, Class: External, Source: Read, Supersedes: []ID{"9A.sf"},
		Escalation: []Step{ahead(7, Owner), ahead(3, Owner), ahead(0, Chief)},
	},
	{
		ID: "k12.appeal", Rules: Chapter12, Section: "§ 12-6 (5), fvl. § 29", Ref: "opplæringslova § 12-6 (5); forvaltningsloven § 29",
		Trigger: DecisionReceived, Bearer: Family, Class: StatutoryNumber, Word: "3 uker", Number: Norm{3, Weeks}, Source: Read,
	},
	{
		ID: "k12.move", Rules: Chapter12, Section: "§ 13-2", Ref: "opplæringslova § 13-2; forvaltningsloven §§ 11 a, 16, 17, 24 og 27",
		Trigger: HarmsOthers, Bearer: Owner, Class: StatutoryWord, Word: "uten ugrunnet opphold", Source: Read,
	},
	{
		// The numbers differ by grade (a lesson to five days) and are no deadlines.
		ID: "k12.expel", Rules: Chapter12, Section: "§ 13-1", Ref: "opplæringslova § 13-1",
		Trigger: RulesBroken, Bearer: Rektor, Class: StatutoryNumber, Source: Read,
	},

	// Physical intervention, the wording in force from 2025-08-01.
	{
		ID: "k13.force_report", Rules: Chapter13, Section: "§ 13-5 (1)", Ref: "opplæringslova § 13-5 (1)",
		Trigger: Intervention, Bearer: Employee, Class: Local, Local: sameDay, Source: Read,
		Escalation: []Step{ifUnmet(Rektor)},
	},
	{
		ID: "k13.force_parents", Rules: Chapter13, Section: "§ 13-5 (1)", Ref: "opplæringslova § 13-5 (1)",
		Trigger: Intervention, Bearer: Rektor, Class: Local, Local: sameDay, Source: Read,
		Escalation: []Step{ifUnmet(Owner)},
	},
	{
		ID: "k13.force_owner", Rules: Chapter13, Section: "§ 13-5 (1)", Ref: "opplæringslova § 13-5 (1)",
		Trigger: RepeatIntervention, Bearer: Rektor, Class: Local, Local: workdays(1), Source: Read,
	},
	{
		ID: "k13.force_doc", Rules: Chapter13, Section: "§ 13-5 (2)", Ref: "opplæringslova § 13-5 (2)",
		Trigger: Intervention, Bearer: School, Class: Local, Local: workdays(2), Source: Read,
		Escalation: []Step{ifUnmet(Rektor)},
	},
	{
		ID: "k13.prevent", Rules: Chapter13, Section: "§ 13-3", Ref: "opplæringslova § 13-3",
		Trigger: Always, Bearer: Owner, Class: Continuous, Source: Read,
	},

	// The 1998 act, chapter 9 A, 2017-08-01 to 2024-07-31.
	{
		ID: "9A.prevent", Rules: Chapter9A, Section: "§ 9 A-3", Ref: "opplæringslova (1998) § 9 A-3",
		Trigger: Always, Bearer: School, Class: Continuous, Source: Secondary, Supersedes: []ID{"9a.system"},
	},
	{
		ID: "9A.watch", Rules: Chapter9A, Section: "§ 9 A-4 (1)", Ref: "opplæringslova (1998) § 9 A-4 (1)",
		Trigger: Always, Bearer: Everyone, Class: Continuous, Source: Secondary,
		Parts: []Part{{Name: "after-check-from", Bearer: School, Local: Norm{4, Weeks}}, {Name: "after-check", Bearer: School, Local: Norm{8, Weeks}}},
	},
	{
		ID: "9A.warn", Rules: Chapter9A, Section: "§ 9 A-4 (2)", Ref: "opplæringslova (1998) § 9 A-4 (2)",
		Trigger: Knowledge, Bearer: Employee, Class: Guidance, Local: sameWorkday, Source: Secondary, Supersedes: []ID{"9a.act"},
		Parts:      []Part{{Name: "owner", Bearer: Rektor, Local: sameDay}},
		Escalation: reportSteps,
	},
	{
		ID: "9A.investigate", Rules: Chapter9A, Section: "§ 9 A-4 (3)", Ref: "opplæringslova (1998) § 9 A-4 (3)",
		Trigger: Knowledge, Bearer: School, Class: StatutoryWord, Word: "snarast", Local: workdays(1), Source: Secondary, Supersedes: []ID{"9a.act"},
		Escalation: investigateSteps,
	},
	{
		ID: "9A.measures", Rules: Chapter9A, Section: "§ 9 A-4 (4)", Ref: "opplæringslova (1998) § 9 A-4 (4)",
		Trigger: Unsafe, Bearer: School, Class: NoTime, Local: workdays(5), Source: Secondary, Supersedes: []ID{"9a.decide"},
		Escalation: measureSteps,
	},
	{
		ID: "9A.hear", Rules: Chapter9A, Section: "§ 9 A-4 (5)", Ref: "opplæringslova (1998) § 9 A-4 (5)",
		Trigger: PupilConcerned, Bearer: School, Class: Linked, Source: Secondary,
	},
	{
		ID: "9A.plan", Rules: Chapter9A, Section: "§ 9 A-4 (6)", Ref: "opplæringslova (1998) § 9 A-4 (6)",
		Trigger: Measures, Bearer: School, Class: Linked, Local: workdays(5), Source: Secondary, Supersedes: []ID{"9a.decide"},
		Parts:      []Part{{Name: "evaluate", Bearer: Responsible}},
		Escalation: planSteps,
	},
	{
		ID: "9A.document", Rules: Chapter9A, Section: "§ 9 A-4 (7)", Ref: "opplæringslova (1998) § 9 A-4 (7)",
		Trigger: AnyAct, Bearer: School, Class: Continuous, Source: Secondary,
		Parts:      []Part{{Name: "quiet", Bearer: School, Local: Norm{10, Skoledag}}, {Name: "entry", Bearer: School, Local: Norm{24, Hours}}},
		Escalation: []Step{ifUnmet(Rektor)},
	},
	{
		// Straks for all three steps; no exception for what is groundless is known.
		ID: "9A.staff", Rules: Chapter9A, Section: "§ 9 A-5", Ref: "opplæringslova (1998) § 9 A-5",
		Trigger: StaffOffends, Bearer: Employee, Class: StatutoryWord, Word: "straks", Local: Norm{2, Hours}, Source: Believed,
		Parts: []Part{
			{Name: "owner", Bearer: Rektor, Local: sameDay},
			{Name: "direct", Bearer: Employee, Local: Norm{2, Hours}},
			{Name: "investigate", Bearer: School, Local: sameDay},
			{Name: "measures", Bearer: School, Local: workdays(1)},
		},
	},
	{
		ID: "9A.info_harm", Rules: Chapter9A, Section: "§ 9 A-9 (2)", Ref: "opplæringslova (1998) § 9 A-9 (2)",
		Trigger: HarmfulFound, Bearer: School, Class: StatutoryWord, Word: "snarast mogleg", Source: Secondary,
	},
	{
		// Statsforvalteren tried the whole duty to act, and might decide measures.
		ID: "9A.sf", Rules: Chapter9A, Section: "§ 9 A-6", Ref: "opplæringslova (1998) § 9 A-6",
		Trigger: RaisedWithRektor, Bearer: State, Class: StatutoryNumber, Word: "ei veke", Number: Norm{1, Weeks}, Source: Secondary,
		Parts: []Part{{Name: "docs", Bearer: Owner}, {Name: "order", Bearer: Owner}},
	},

	// The 1998 act, chapter 9a, to 2017-07-31.
	{
		ID: "9a.act", Rules: Chapter9a, Section: "§ 9a-3 (2)", Ref: "opplæringslova (1998) § 9a-3 (2)",
		Trigger: Knowledge, Bearer: Employee, Class: StatutoryWord, Word: "snarast", Local: workdays(1), Source: Secondary,
	},
	{
		// Practice was about a month; silence within reasonable time could be complained of.
		ID: "9a.decide", Rules: Chapter9a, Section: "§ 9a-3 (3)", Ref: "opplæringslova (1998) § 9a-3 (3)",
		Trigger: MeasuresAsked, Bearer: School, Class: StatutoryWord, Word: "snarast mogleg", Local: Norm{4, Weeks}, Source: Secondary,
	},
	{
		ID: "9a.system", Rules: Chapter9a, Section: "§ 9a-4", Ref: "opplæringslova (1998) § 9a-4",
		Trigger: Always, Bearer: Leadership, Class: Continuous, Source: Secondary,
	},

	// Private schools: not a duty, a map of terms (see Kind.Term).
	{
		ID: "prskol.map", Rules: Private, Section: "§ 2-4 (3)", Ref: "privatskolelova § 2-4 (3)",
		Trigger: PrivateApproved, Bearer: Nobody, Class: NotApplicable, Source: Read,
	},

	// Kindergartens, barnehageloven chapter VIII.
	{
		ID: "bhl.zero", Rules: Kindergarten, Section: "§ 41", Ref: "barnehageloven § 41",
		Trigger: Always, Bearer: School, Class: Continuous, Source: Read,
	},
	{
		ID: "bhl.report", Rules: Kindergarten, Section: "§ 42 (2)", Ref: "barnehageloven § 42 (2)",
		Trigger: Knowledge, Bearer: Employee, Class: Local, Local: sameDay, Source: Read,
		Parts: []Part{{Name: "owner", Bearer: Rektor, Local: sameDay}},
	},
	{
		ID: "bhl.investigate", Rules: Kindergarten, Section: "§ 42 (3)", Ref: "barnehageloven § 42 (3)",
		Trigger: Knowledge, Bearer: School, Class: StatutoryWord, Word: "snarest", Local: workdays(1), Source: Read,
	},
	{
		ID: "bhl.plan", Rules: Kindergarten, Section: "§ 42 (4)–(5)", Ref: "barnehageloven § 42 (4) og (5)",
		Trigger: Unsafe, Bearer: School, Class: Linked, Local: workdays(5), Source: Read,
		Parts: []Part{{Name: "measures", Bearer: School, Local: workdays(5)}, {Name: "evaluate", Bearer: Responsible}},
	},
	{
		// To the owner ALWAYS: there is no exception for what is groundless.
		ID: "bhl.staff", Rules: Kindergarten, Section: "§ 43", Ref: "barnehageloven § 43",
		Trigger: StaffOffends, Bearer: Employee, Class: StatutoryWord, Word: "straks", Local: Norm{2, Hours}, Source: Read,
		Parts: []Part{
			{Name: "owner", Bearer: Rektor, Local: sameDay},
			{Name: "direct", Bearer: Employee, Local: Norm{2, Hours}},
			{Name: "investigate", Bearer: School, Local: sameDay},
			{Name: "measures", Bearer: School, Local: workdays(1)},
		},
	},

	// Other acts that meet in the same case. None of them waits for rektor.
	{
		ID: "adj.bv", Rules: Adjacent, Section: "§ 24-3; § 13-2", Ref: "opplæringslova § 24-3; barnevernsloven § 13-2",
		Trigger: GraveNeglect, Bearer: Everyone, Class: StatutoryWord, Word: "utan ugrunna opphald", Source: Read,
	},
	{
		// The word is ours: the act says it at length.
		ID: "adj.avert", Rules: Adjacent, Section: "§ 196", Ref: "straffeloven § 196",
		Trigger: CrimeComing, Bearer: Everyone, Class: StatutoryWord, Word: "mens det ennå er mulig", Source: Read,
	},
	{
		ID: "adj.reply", Rules: Adjacent, Section: "§ 11 a", Ref: "forvaltningsloven § 11 a",
		Trigger: WrittenRequest, Bearer: Body, Class: StatutoryNumber, Number: Norm{1, Months}, Source: Read,
		Escalation: []Step{{From: FromTrigger, Norm: Norm{3, Weeks}, Warn: true}},
	},
	{
		ID: "adj.innsyn", Rules: Adjacent, Section: "art. 12, 15; § 29; §§ 18–19",
		Ref:     "personvernforordningen art. 12 og 15; offentleglova § 29; forvaltningsloven §§ 18 og 19",
		Trigger: AccessAsked, Bearer: Owner, Class: StatutoryNumber, Word: "utan ugrunna opphald", Number: Norm{1, Months}, Source: Read,
		Escalation: []Step{ahead(7, Owner)},
	},
	{
		ID: "adj.breach", Rules: Adjacent, Section: "art. 33–34", Ref: "personvernforordningen art. 33 og 34",
		Trigger: DataBreach, Bearer: Owner, Class: StatutoryNumber, Number: Norm{72, Hours}, Source: Believed,
	},
	{
		ID: "adj.council", Rules: Adjacent, Section: "§ 17-12 (4)", Ref: "opplæringslova § 17-12 (4)",
		Trigger: Yearly, Bearer: Chief, Class: StatutoryNumber, Number: Norm{1, Years}, Source: Read,
		Escalation: []Step{{From: FromTrigger, Norm: Norm{11, Months}, Warn: true}},
	},
	{
		ID: "adj.ik", Rules: Adjacent, Section: "§§ 25-1, 25-2", Ref: "kommuneloven §§ 25-1 og 25-2",
		Trigger: Yearly, Bearer: Chief, Class: StatutoryNumber, Number: Norm{1, Years}, Source: Read,
		Escalation: []Step{{From: FromTrigger, Norm: Norm{11, Months}, Warn: true}},
	},
	{
		ID: "adj.survey", Rules: Adjacent, Section: "§ 19-3", Ref: "opplæringsforskrifta § 19-3",
		Trigger: EachAutumn, Bearer: Owner, Class: Guidance, Source: Read,
	},
	{
		ID: "adj.archive", Rules: Adjacent, Section: "§§ 5, 13; § 40", Ref: "arkivlova §§ 5 og 13; bevaringsforskrifta § 40",
		Trigger: CaseClosed, Bearer: Owner, Class: NoTime, Source: Read,
		Escalation: []Step{{From: FromTrigger, Norm: Norm{90, Days}, To: []Bearer{Archivist}}},
	},
	{
		// Not to prevent (third paragraph); in a case that is long-lasting or complex,
		// when other means failed; and the answers are verified before measures rest
		// on them. A gate before an act, and no date: no fact raises it, the survey itself
		// is refused until what it asks for stands (cases/survey.go).
		ID: "adj.names", Rules: Adjacent, Section: "§ 20-5", Ref: "opplæringsforskrifta § 20-5",
		Trigger: NamesAsked, Bearer: School, Class: Linked, Source: Read,
	},
}
