// A whole library that is quick to read: what tests of broken ones begin with.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "runtime/elf_image.h"
#include "test_library.h"

namespace openmatrix {

inline ElfImage SmallLibrary() {
  Result<ElfImage> image = ElfImage::FromFile(TestLibrary("libopenmatrix_test_board"));
  EXPECT_TRUE(image.ok());
  return image.ok() ? std::move(image.value()) : ElfImage("");
}

}  // namespace openmatrix
