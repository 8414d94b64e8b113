#include "os/object_index.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <new>

#include "../../stress/failing_new.h"

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

// A look that ends without memory has seen nothing: the next one sees it all, after an object has
// come and after one has gone.
TEST(ObjectIndex, WithoutMemoryNothingIsForgottenAndTheNextLookSeesAll) {
  for (std::int64_t number = 1;; ++number) {
    ObjectIndex index;
    void* const gone = ::dlopen(kLibrary, RTLD_NOW);
    const std::uint64_t then = index.Now();
    void* const come = ::dlopen(kOther, RTLD_NOW);
    ASSERT_NE(come, nullptr);
    if (gone != nullptr && number % 2 == 0) ::dlclose(gone);

    failing_new::Arm((number + 1) / 2);
    try {
      index.Now();
    } catch (const std::bad_alloc&) {
    }
    const bool failed = failing_new::Disarm();

    const std::vector<LoadedObject> fresh = index.Since(then);
    EXPECT_TRUE(Has(fresh, kOther)) << number;
    EXPECT_FALSE(Has(fresh, "libstdc++")) << number;
    EXPECT_EQ(index.Since(0).size(), LoadedObjects().size()) << number;
    LoadedObject other;
    for (const LoadedObject& object : fresh) {
      if (object.path.find(kOther) != std::string::npos) other = object;
    }
    FileId id;
    ASSERT_TRUE(FindFile(other.path, id));
    EXPECT_EQ(index.PlaceOf(id), other.range.begin) << number;
    if (gone != nullptr && number % 2 != 0) ::dlclose(gone);
    ::dlclose(come);
    if (!failed && number % 2 == 0) break;
    ASSERT_LT(number, 1000);
  }
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
