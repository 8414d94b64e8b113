// What the dynamic linker says, and what it means for the user.
#pragma once

#include <string>

namespace openmatrix {

// The calling thread's last error of dlopen, in English whatever the locale: some of it is decided
// by.
std::string LinkerError();

// True if `text` complains about a name of protobuf, or of a class that protobuf generates for the
// graph configuration: the library was compiled against another version of it.
bool BlamesProtobuf(const std::string& text);

// `text`, and if it blames protobuf what to do about that, with the name demangled.
std::string Explain(const std::string& text);

// The C++ name behind `symbol`; itself if it is none.
std::string Demangle(const std::string& symbol);

}  // namespace openmatrix
