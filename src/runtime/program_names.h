// What the executable itself defines, as its dynamic section tells: an executable stands first in
// every search, so what it defines takes the place of a library's.
//
// Any thread. Looks at the loaded program, which does not change.
#pragma once

namespace openmatrix {

// True if the executable has copied C++ data of a library into itself (copy relocations): std::cout
// for one. Only its copy is ever initialised.
bool ProgramHasCopies();

// True if the executable offers parts of a C++ run time that one of its libraries has, too: it is
// linked with -static-libstdc++, or replaces functions of it. What of the run time's state is whose
// then differs from name to name.
bool ProgramHasOwnRuntime();

// True if both addresses lie in one loaded object.
bool SameObject(const void* left, const void* right);

}  // namespace openmatrix
