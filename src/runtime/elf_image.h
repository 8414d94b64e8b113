// The bytes of a shared library's file, to be read and changed before it is loaded.
//
// Everything that the file says about places in itself is checked: what lies outside is not there.
// One thread at a time.
#pragma once

#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace openmatrix {

class RegularFile;

// A library is read into memory.
constexpr std::uint64_t kMaxLibraryBytes = std::uint64_t{1} << 30;

class ElfImage {
 public:
  struct DynamicEntry {
    std::uint64_t place;  // in the file
    ElfW(Dyn) value;
  };
  using SymbolVisitor =
      std::function<void(std::uint64_t place, const ElfW(Sym) & symbol, const char* name)>;

  explicit ElfImage(std::string bytes) : bytes_(std::move(bytes)) {}

  // Reads the shared library at `path`, but no more than its header and its segment table if these
  // are none's. Fails with
  // kFileMissing, or with kLibraryNotLoaded for what is no regular file, no complete library of
  // this machine (see elf_check.h) or larger than kMaxLibraryBytes.
  static Result<ElfImage> FromFile(const std::string& path);

  const std::string& bytes() const { return bytes_; }

  template <typename T>
  bool Read(std::uint64_t place, T& value) const {
    if (place > bytes_.size() || bytes_.size() - place < sizeof(T)) return false;
    std::memcpy(&value, bytes_.data() + place, sizeof(T));
    return true;
  }

  // REQUIRES: a T has been read at `place`.
  template <typename T>
  void Write(std::uint64_t place, const T& value) {
    std::memcpy(bytes_.data() + place, &value, sizeof(T));
  }

  // Null if it does not end inside the file.
  const char* Text(std::uint64_t place) const;

  // Empty if the file has none.
  std::vector<ElfW(Phdr)> Segments() const;

  // The dynamic section without its end. Empty if there is none.
  std::vector<DynamicEntry> Dynamic() const;

  // The text that the string table of the dynamic section has at `offset`; null if none.
  const char* DynamicText(std::uint64_t offset) const;

  // Visits each dynamic symbol. False if the file does not tell.
  bool ForEachSymbol(const SymbolVisitor& visit) const;

  // Adds an entry to the dynamic section where the linker has left room. False if it has not.
  bool AddDynamic(ElfW(Sxword) tag, std::uint64_t value);

  // Gives the libraries that this one needs (DT_NEEDED) other names, and lets it need `more`.
  // False if the file has no room for that; it is as it was then.
  bool ChangeNeeded(const std::map<std::string, std::string>& new_names,
                    const std::vector<std::string>& more);

 private:
  static Status JudgeHead(const RegularFile& file, const std::string& path);
  // Where in the file lies what the program will have at `address`.
  bool PlaceOf(std::uint64_t address, std::uint64_t& place) const;
  bool FindDynamic(ElfW(Sxword) tag, DynamicEntry& entry) const;
  // Room for `entries` more in the dynamic section.
  bool HasRoom(std::size_t entries) const;
  // Appends `content`, mapped when the library is loaded; `address` is then where.
  bool AddSegment(const std::string& content, std::uint64_t& address);
  void RenameVersionFiles(const std::map<std::string, std::string>& new_names,
                          const std::map<std::string, std::uint64_t>& offsets);

  std::string bytes_;
};

}  // namespace openmatrix
