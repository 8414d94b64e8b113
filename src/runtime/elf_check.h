// Whether a file is a shared library that the dynamic linker may be given.
//
// The dynamic linker believes what the header of a file says: a segment behind the end of the file,
// or a table outside all segments, is a signal there and no error. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "runtime/elf_image.h"

namespace openmatrix {

// Judges what the first bytes of a file of `file_bytes` bytes say. `head` is to hold the header and
// the segment table, see HeadBytes. Fails with kLibraryNotLoaded and says what it is instead.
Status CheckElfHead(const ElfImage& head, std::uint64_t file_bytes, const std::string& path);

// The bytes that CheckElfHead needs to see, as far as the first 64 tell.
std::uint64_t HeadBytes(const ElfImage& head);

// Judges the dynamic section of a whole file that CheckElfHead has passed. Fails as that.
Status CheckElfDynamic(const ElfImage& image, const std::string& path);

}  // namespace openmatrix
