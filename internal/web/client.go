package web

import (
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"tilhor"
)

// A client is who asks, as far as fairness needs to know: a person who is
// signed in, or a network. It is a number that means nothing outside this
// process and this run; no address is kept.
type client uint64

// hops is how many forwarding machines are looked behind.
const hops = 8

// clientOf says who asks. A session that was recognised lately is its person:
// who is signed in never waits behind strangers, and has one turn however many
// browsers. Everybody else is the network they come from.
func (l *Limits) clientOf(r *http.Request, token string) (who client, person bool) {
	if token != "" {
		if who, ok := l.known.get(l.number("token", token)); ok {
			return who, true
		}
	}
	return l.number("network", l.network(r).String()), false
}

// met remembers that a session is a person's.
func (l *Limits) met(token, person string) {
	l.known.put(l.number("token", token), l.number("person", person))
}

// acts remembers in which role a session is used.
func (l *Limits) acts(token, role string) {
	l.roles.put(l.number("token", token), l.number("role", role))
}

// actsIn says whether a session is used in one of some roles, as far as is known.
func (l *Limits) actsIn(token string, roles []tilhor.Role) bool {
	acts, known := l.roles.get(l.number("token", token))
	return !known || slices.ContainsFunc(roles, func(r tilhor.Role) bool { return acts == l.number("role", string(r)) })
}

// missed forgets a session that has ended.
func (l *Limits) missed(token string) { l.known.drop(l.number("token", token)) }

func (l *Limits) number(kind, value string) client {
	return client(maphash.String(l.seed, kind+"\x00"+value))
}

// sender is whose bound it is when something is left: a person's, or of strangers that
// of a /64 of IPv6, which may be one telephone: whose neighbour leaves much is not
// refused for it.
func (l *Limits) sender(r *http.Request, who client) client {
	at := l.address(r)
	if !at.Is6() || who != l.number("network", l.network(r).String()) {
		return who
	}
	p, _ := at.Prefix(64)
	return l.number("network", p.String())
}

// network is where a request comes from: one address of IPv4, or a /56 of IPv6, which is
// what a home has of its provider (RFC 6177): of a /64 whoever floods from there has
// hundreds, each a client that nothing is known of.
func (l *Limits) network(r *http.Request) netip.Prefix {
	at, bits := l.address(r), 32
	if at.Is6() {
		bits = 56
	}
	p, _ := at.Prefix(bits) // no prefix for no address: they share one
	return p
}

// address is whose a request is. What it says of itself is believed only when a proxy of
// ours hands it on, and only back to the first machine that is not ours.
func (l *Limits) address(r *http.Request) netip.Addr {
	at, _ := addressIn(r.RemoteAddr)
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := 0; i < hops && len(said) > 0 && l.trusts(at); i++ {
		next, ok := addressIn(said[len(said)-1])
		if !ok {
			break
		}
		at, said = next, said[:len(said)-1]
	}
	return at
}

func (l *Limits) trusts(at netip.Addr) bool {
	return at.IsValid() && slices.ContainsFunc(l.bounds.Proxies, func(p netip.Prefix) bool { return p.Contains(at) })
}

// addressIn reads an address as proxies write it, with a port or without.
func addressIn(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	at, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return at.Unmap().WithZone(""), err == nil
}

// ParseProxies reads the addresses and networks of the proxies in front.
func ParseProxies(all []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range all {
		if p, err := netip.ParsePrefix(s); err == nil {
			out = append(out, p.Masked())
			continue
		}
		at, err := netip.ParseAddr(s)
		if err != nil {
			return nil, err
		}
		at = at.Unmap()
		out = append(out, netip.PrefixFrom(at, at.BitLen()))
	}
	return out, nil
}
