#include "os/module.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace openmatrix {
namespace {

const void* InThisProgram() { return reinterpret_cast<const void*>(&InThisProgram); }

TEST(Module, FindsTheExecutableForItsOwnCode) {
  LoadedObject object;

  ASSERT_TRUE(FindObject(InThisProgram(), object));

  EXPECT_LE(object.range.begin, reinterpret_cast<std::uintptr_t>(InThisProgram()));
  EXPECT_GT(object.range.end, reinterpret_cast<std::uintptr_t>(InThisProgram()));
}

TEST(Module, FindsALibraryByAnAddressInIt) {
  LoadedObject object;

  ASSERT_TRUE(FindObject(::dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), object));

  EXPECT_NE(object.path.find("libc"), std::string::npos) << object.path;
}

TEST(Module, FindsNothingForAddressesOfData) {
  const std::string text(4096, 'x');
  LoadedObject object;

  EXPECT_FALSE(FindObject(text.data(), object));
  EXPECT_FALSE(FindObject(nullptr, object));
}

TEST(Module, NothingIsADeviceLibraryUntilItIsAdded) {
  std::uint32_t device = 7;

  EXPECT_FALSE(FindDeviceOf(InThisProgram(), device));
  EXPECT_EQ(device, 7u);
}

TEST(Module, AnAddedObjectKeepsItsFirstDeviceFromItsFirstToItsLastByte) {
  const std::uintptr_t begin = 0x1000;  // no code lies there
  const std::uintptr_t end = 0x3000;
  AddDeviceObjects({LoadedObject{"made up", AddressRange{begin, end}}}, 3);
  AddDeviceObjects({LoadedObject{"made up", AddressRange{begin, end}}}, 4);
  AddDeviceObjects({LoadedObject{"another", AddressRange{end, end + 0x1000}}}, 5);
  std::uint32_t device = 0;

  EXPECT_FALSE(FindDeviceOf(reinterpret_cast<const void*>(begin - 1), device));
  ASSERT_TRUE(FindDeviceOf(reinterpret_cast<const void*>(begin), device));
  EXPECT_EQ(device, 3u);
  ASSERT_TRUE(FindDeviceOf(reinterpret_cast<const void*>(end - 1), device));
  EXPECT_EQ(device, 3u);
  ASSERT_TRUE(FindDeviceOf(reinterpret_cast<const void*>(end), device));
  EXPECT_EQ(device, 5u);
  EXPECT_FALSE(FindDeviceOf(reinterpret_cast<const void*>(end + 0x1000), device));
}

}  // namespace
}  // namespace openmatrix
