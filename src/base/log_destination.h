// Where the bytes of a log line go: the file that was set, else standard error.
//
// Callable at any time, from any thread, also before main and after it; in a forked child, too: no
// lock is taken. Never throws, never raises a signal.
#pragma once

#include <cstddef>
#include <string>

namespace openmatrix {

// Appends to the file at `path` from now on; "" is standard error. Returns 0, or the errno that
// kept it from being opened: then it is standard error.
int SetLogFile(const std::string& path);

// All of it or, on a full disk or a pipe that nobody reads, what can be written: a log has nobody
// to tell. A log file that the program closed is opened again, which a line in it tells.
//
// Lines for standard error are lost where descriptor 2 has become a file of the program's own
// (standard_error.h), and no file of the program's is written to.
void WriteToLog(const char* data, std::size_t bytes) noexcept;

}  // namespace openmatrix
