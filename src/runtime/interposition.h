// Whether names of the program would take the place of a device library's own, and what may be
// done about it (docs/design/sides.md).
#pragma once

#include <string>

#include "base/result.h"

namespace openmatrix {

// False if RTLD_DEEPBIND would give a library other objects than the rest of the process uses:
//  - a replaced malloc or operator new (sanitizers, allocators by LD_PRELOAD or of the program) is
//    passed over, and what one of them allocates would be freed by the other;
//  - data of a library that the executable has copied into itself, std::cout for one, is found
//    where nobody ever initialised it.
bool DeepBindIsSafe();

// True if the library at `path` defines a name that binds to the program, or to one of its
// libraries, when it is loaded as it is. Instances of standard templates do not count. Also true if
// the file does not tell.
bool TakesNamesOfTheProgram(const std::string& path);

// Makes the library in the file at `path`, not loaded yet, nearly what -Bsymbolic and
// -fno-gnu-unique would have made of it: its names bind to itself first, and its statics are its
// own. Fails with kLibraryNotLoaded, and then the file is as it was.
Status MakeSymbolic(const std::string& path);

}  // namespace openmatrix
