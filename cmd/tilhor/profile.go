//go:build profile

package main

import (
	"net"
	"net/http"
	_ "net/http/pprof" // only in a program built with -tags profile
	"os"
)

// A program that is built to be measured lets itself be asked where its time
// goes, on this machine only. The one that is released holds none of this.
func init() {
	addr := os.Getenv("TILHOR_PROFILE")
	if host, _, err := net.SplitHostPort(addr); err != nil || host != "127.0.0.1" {
		return
	}
	go http.ListenAndServe(addr, nil)
}
