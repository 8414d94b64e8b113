// Opens one library for one side: as it is, or from a private copy that binds as it must
// (docs/design/sides.md says when and why).
//
// Any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "memory/view.h"
#include "os/object_index.h"
#include "runtime/elf_facts.h"
#include "runtime/elf_image.h"
#include "runtime/side_libraries.h"
#include "runtime/signature.h"

namespace openmatrix {

// A library of a list, as configured.
struct LibraryName {
  std::string text;
  std::string path;  // of its file; empty if there is none
  bool installed = false;
};

// A list of libraries that is being loaded for a side.
struct LoadTask {
  View side;
  std::vector<LibraryName> names;
  SideLibraries::Ranks ranks;            // of the paths of those that are not installed
  std::shared_ptr<const PublicKey> key;  // null: no signature is checked
  bool lazy = false;                     // undefined functions are allowed
  bool widened = false;                  // libraries see those of the list that they do not name

  int Flags() const;  // of dlopen
};

class LibraryOpener {
 public:
  LibraryOpener(SideLibraries& libraries, ObjectIndex& objects)
      : libraries_(libraries), objects_(objects) {}

  // The library of the task's side from the file at `path`, which exists. Fails with
  // kLibraryNotLoaded or kSignatureRefused. It is the caller's to add it to the side's libraries.
  Result<Library> Open(const LoadTask& task, const std::string& path);

  // The library that the side has under this name, or one that the dynamic linker has.
  Library FindLoaded(const LoadTask& task, const LibraryName& name);

 private:
  // How a library is to be loaded.
  struct Plan {
    int flags = 0;
    bool apart = false;                            // another side has the file
    bool own_runtime = false;                      // it brings a C++ run time along
    bool symbolic = false;                         // it was linked so
    bool marked = false;                           // it is to be marked so
    bool checked = false;                          // its signature was
    bool unnamed = false;                          // the dynamic linker would change its path
    std::map<std::string, std::string> new_names;  // for what it needs
    std::vector<std::string> more;                 // what it needs without saying so

    // Its unique symbols must not be those of the process.
    bool KeepsStatics() const { return apart || marked || (own_runtime && symbolic); }
    // The file as it is would not do.
    bool NeedsCopy() const {
      return apart || checked || unnamed || !new_names.empty() || (own_runtime && symbolic);
    }
    bool WantsCopy() const { return NeedsCopy() || marked || !more.empty(); }
    const char* Why() const;
  };

  // True if the file at `path` is another side's; else it is this side's from now on.
  bool OtherSideHas(const std::string& path, View side);
  Plan MakePlan(const LoadTask& task, const std::string& path, const ElfImage& image,
                const ElfFacts& facts);
  // Makes of `image` what `plan` wants, which is changed where that cannot be.
  Status Change(const LoadTask& task, const std::string& path, const ElfFacts& facts,
                ElfImage& image, Plan& plan);
  Result<Library> OpenCopy(const LoadTask& task, const std::string& path, const ElfFacts& facts,
                           ElfImage image, Plan plan);
  // The names that a library needs and that lead to another side's library, with the right ones.
  std::map<std::string, std::string> NamesToChange(const LoadTask& task, const ElfFacts& facts);
  // Those of the libraries of `task` that `image` uses without naming them.
  std::vector<std::string> UnnamedNeeds(const LoadTask& task, const ElfImage& image);

  SideLibraries& libraries_;
  ObjectIndex& objects_;
};

// The library in `file` if it is loaded; null else.
void* LoadedHandle(const std::string& file);

// Makes the symbols of loaded libraries visible to libraries that do not name them.
void Promote(const std::vector<std::string>& files);

}  // namespace openmatrix
