// Whether descriptor 2 is standard error still, or a file of the program's own that got its number.
//
// Any thread, at any time, also before main; in a forked child, too: no lock is taken.
#pragma once

namespace openmatrix {

// A line that is written into a file of the program's own destroys it, so what cannot be told for
// certain counts as such, and lines are lost. Descriptor 2 is standard error if it is the file that
// it was when the library was loaded. Else it is not if exec closes it, and it is if
//
// - it was never seen closed, and is the file that standard output is, too, or another one while
//   the program keeps the first under another number, to put it back;
// - standard output is there, and it is a terminal or another character device, or what `freopen`
//   gave to stdio's stderr (glibc);
// - standard output is there, it was never seen closed, and it is a pipe, or a regular file that is
//   opened for appending; or, having been closed, it is the file that standard output is.
//
// Standard output is there by the same signs: the first file, a character device, one for
// appending, or stdio's. So a plain file that is opened after descriptor 2 was closed is the
// program's own, and so is one that `dup2` alone puts in its place: nothing tells the two apart.
bool StandardErrorIsThere();

}  // namespace openmatrix
