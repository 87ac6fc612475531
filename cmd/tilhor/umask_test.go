package main

import "syscall"

func umask(n int) int { return syscall.Umask(n) }
