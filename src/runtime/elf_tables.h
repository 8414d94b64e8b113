// What the tables of a library's dynamic section hold: hash tables, symbols and relocations.
//
// The dynamic linker follows each number in them without a look. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "runtime/elf_image.h"

namespace openmatrix {

// The values of the dynamic section by their tags; of two, the linker takes the last.
using ElfValues = std::map<ElfW(Sxword), std::uint64_t>;

// What the program will have of a file, by address.
class ElfMemory {
 public:
  explicit ElfMemory(const ElfImage& image) : image_(image), segments_(image.Segments()) {}

  // True if [address, address + bytes) comes from the file, in one segment with these `rights`.
  bool Has(std::uint64_t address, std::uint64_t bytes, ElfW(Word) rights) const;

  // True if it lies in one segment with these `rights`, from the file or zeros behind it.
  bool HasRoom(std::uint64_t address, std::uint64_t bytes, ElfW(Word) rights) const;

  // False if the program cannot read a T at `address`.
  template <typename T>
  bool Read(std::uint64_t address, T& value) const {
    const ElfW(Phdr)* const segment = SegmentOf(address);
    return segment != nullptr && Has(address, sizeof value, PF_R) &&
           image_.Read(segment->p_offset + (address - segment->p_vaddr), value);
  }

 private:
  const ElfW(Phdr) * SegmentOf(std::uint64_t address) const;

  const ElfImage& image_;
  std::vector<ElfW(Phdr)> segments_;
};

// Null if the dynamic linker can follow the tables, else what is wrong.
// REQUIRES: each table begins in the memory, and those with a size lie in it.
const char* FaultOfElfTables(const ElfMemory& memory, const ElfValues& values);

}  // namespace openmatrix
