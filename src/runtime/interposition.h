// Whether names of the program would take the place of a device library's own, and what may be
// done about it (docs/design/sides.md).
#pragma once

#include <string>
#include <vector>

#include "memory/view.h"
#include "runtime/elf_image.h"

namespace openmatrix {

// False if RTLD_DEEPBIND would give a library other objects than the rest of the process uses:
//  - a replaced malloc or operator new (sanitizers, allocators by LD_PRELOAD or of the program) is
//    passed over, and what one of them allocates would be freed by the other;
//  - data of a library that the executable has copied into itself, std::cout for one, is found
//    where nobody ever initialised it;
//  - so is what the executable has of a C++ run time of its own.
bool DeepBindIsSafe();

// True if the library `image` offers a C++ run time of its own (-static-libstdc++, not hidden by
// --exclude-libs). Its unique symbols, the numbers of the facets of a locale among them, are those
// of the whole process, but what counts the facets is its own once its names come first: then it
// finds a facet where another one is, and formats nothing.
bool HasOwnRuntime(const ElfImage& image);

// True if the library `image` defines a name that binds to the program, to one of its libraries or
// to another device's when it is loaded for `side` as it is. Instances of standard templates do not
// count. Also true if the file does not tell.
bool TakesNamesOfTheProgram(const ElfImage& image, View side);

// Makes the library in `image` nearly what -Bsymbolic and -fno-gnu-unique would have made of it:
// its names bind to itself first, and its statics are its own. False if it has no room for the
// mark; it is as it was then.
bool MakeSymbolic(ElfImage& image);

// Only the latter: static locals of inline functions and the like, which exist once per process
// whatever the scope, become the library's own; or those of the loaded libraries `needed`, if they
// have them too, as two libraries of one program would share them. Those of a run time of its own
// stay with that.
void KeepStaticsApart(ElfImage& image, const std::vector<void*>& needed);

// Lets the library allocate with the program's operator new and delete though it has some: what one
// allocates the other frees.
void UseTheAllocatorOfTheProgram(ElfImage& image);

// The names that the library in `image` takes from others and that the program does not have.
std::vector<std::string> MissingNames(const ElfImage& image);

}  // namespace openmatrix
