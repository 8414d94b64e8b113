#include "os/object_index.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace openmatrix {
namespace {

// A library that no test links and every system has.
constexpr char kLibrary[] = "libnss_files.so.2";
constexpr char kOther[] = "libresolv.so.2";

bool Has(const std::vector<LoadedObject>& objects, const std::string& name) {
  for (const LoadedObject& object : objects) {
    if (object.path.find(name) != std::string::npos) return true;
  }
  return false;
}

TEST(ObjectIndex, WhatIsLoadedLaterIsNewAndNothingElse) {
  ObjectIndex index;
  const std::uint64_t then = index.Now();
  EXPECT_TRUE(index.Since(then).empty());

  void* const handle = ::dlopen(kOther, RTLD_NOW);
  ASSERT_NE(handle, nullptr);

  EXPECT_TRUE(Has(index.Since(then), kOther));
  EXPECT_FALSE(Has(index.Since(then), "libstdc++"));
  EXPECT_TRUE(index.Since(index.Now()).empty());
  EXPECT_TRUE(Has(index.Since(0), "libstdc++"));
  ::dlclose(handle);
}

TEST(ObjectIndex, WhatWasThereStaysOldWhenAnotherGoes) {
  ObjectIndex index;
  void* const first = ::dlopen(kOther, RTLD_NOW);
  ASSERT_NE(first, nullptr);
  const std::uint64_t then = index.Now();
  ::dlclose(first);
  void* const second = ::dlopen(kLibrary, RTLD_NOW);

  const std::vector<LoadedObject> fresh = index.Since(then);

  EXPECT_FALSE(Has(fresh, "libstdc++"));
  if (second != nullptr) ::dlclose(second);
}

TEST(ObjectIndex, AnObjectIsFoundByItsFile) {
  ObjectIndex index;
  LoadedObject libc;
  ASSERT_TRUE(FindObject(::dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), libc));
  FileId id;
  ASSERT_TRUE(FindFile(libc.path, id));

  EXPECT_EQ(index.PlaceOf(id), libc.range.begin);
  EXPECT_EQ(index.PlaceOf(FileId{0, 0}), 0u);
  EXPECT_FALSE(FindFile("/nowhere", id));
}

}  // namespace
}  // namespace openmatrix
