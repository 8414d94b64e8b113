// Whether descriptor 2 is standard error still, or a file of the program's own that got its number.
//
// Any thread, at any time, also before main; in a forked child, too: no lock is taken.
#pragma once

namespace openmatrix {

// A line that is written into a file of the program's own destroys it, so what cannot be told for
// certain counts as such, and lines are lost. Descriptor 2 is standard error if it is the file that
// it was when the library was loaded. Else it is not if exec closes it, and it is if
//
// - it was never seen closed, and is the file that standard output is, too;
// - it was never seen closed, and the program keeps the first file under another number, to put it
//   back; not if that is a character device (a terminal, /dev/null) or standard output's file, now
//   or at the start, which programs open and copy for other ends;
// - standard output is there, and it is the file that standard output is, too, or /dev/null, or
//   what `freopen` gave to stdio's stderr (glibc);
// - standard output is there, it was never seen closed, and it is a pipe, or a regular file that is
//   opened for appending, that is open with the same flags under another number, too.
//
// Standard output is there if it is its first file, /dev/null, or stdio's by `freopen`. So a file,
// pipe or device that is opened after descriptor 2 was closed is the program's own, and so is one
// that `dup2` alone puts in its place: nothing tells the two apart.
bool StandardErrorIsThere();

}  // namespace openmatrix
