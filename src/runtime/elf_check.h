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

// Judges what the header of a file of `file_bytes` bytes says, `head` being its first bytes. Fails
// with kLibraryNotLoaded and says what it is instead. From then on the segment table is in the
// file.
Status CheckElfHeader(const ElfImage& head, std::uint64_t file_bytes, const std::string& path);

// The same, and the segment table, which `head` is to hold, too.
Status CheckElfHead(const ElfImage& head, std::uint64_t file_bytes, const std::string& path);

// Judges the dynamic section of a whole file that CheckElfHead has passed. Fails as that.
Status CheckElfDynamic(const ElfImage& image, const std::string& path);

}  // namespace openmatrix
