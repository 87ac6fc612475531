package web

// Cleared says whether the reader may be shown what is sensitive on a page that
// as a whole is not: the page of today is open to everyone who works at a
// school, what stands in cases on it only to who signed in surely enough and
// has recorded privacy training (opplæringsforskrifta § 20-2).
func (q *Req) Cleared() (strong, trained bool) {
	if q.session == nil || q.Kit.Level == nil {
		return false, q.Actor.Trained
	}
	return q.Kit.Level(q.Actor.Role, q.session.Get(keyIssuer), q.session.Get(keyACR)), q.Actor.Trained
}
