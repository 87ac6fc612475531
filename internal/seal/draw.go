package seal

import (
	"encoding/binary"
	"strconv"

	"tilhor"
)

// Draw gives n numbers from 0 up to below, each as likely as the others, that
// belong to a random token: the same token gives the same numbers, and nobody
// without the owner's code key can make them of it. The chance lies in the token
// (tilhor.NewID has 130 bits).
func (k *Keys) Draw(owner tilhor.OwnerID, purpose, token string, n, below int) []int {
	if below < 1 {
		panic("seal: nothing to draw from")
	}
	most := ^uint64(0) - ^uint64(0)%uint64(below) // what lies above would make some numbers likelier
	all := make([]int, 0, n)
	for i := 0; len(all) < n; i++ {
		x := binary.BigEndian.Uint64(k.Hash(owner, "draw "+purpose, token+"\x00"+strconv.Itoa(i)))
		if x < most {
			all = append(all, int(x%uint64(below)))
		}
	}
	return all
}
