// Text from outside (a file, a name, a user's message) as it may stand in a log line.
//
// Whoever reads a log at a terminal must not have it do what the text says.
#pragma once

#include <cstddef>

namespace openmatrix {

// Copies `text` to `out`: line breaks and tabs become spaces; every other control character (C0,
// DEL, C1) and every byte that is no valid UTF-8 becomes \xNN. Stops before the first character
// that does not fit. Returns the bytes written, at most `capacity`.
std::size_t CopyPrintable(const char* text, std::size_t bytes, char* out, std::size_t capacity);

}  // namespace openmatrix
