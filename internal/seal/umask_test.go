package seal_test

import "syscall"

// umask sets what new files may not be, so that a test sees the modes the
// program itself asks for.
func umask(mask int) int { return syscall.Umask(mask) }
