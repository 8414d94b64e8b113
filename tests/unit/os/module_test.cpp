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

// A program may load thousands: each new one must not cost a copy of all that were there.
TEST(Module, ManyObjectsAreFoundEach) {
  const auto place = [](std::uintptr_t i) { return 0x100000000u + i * 0x2000; };
  constexpr std::uintptr_t kCount = 5000;
  for (std::uintptr_t i = 0; i < kCount; ++i) {
    const std::uintptr_t begin = place(i * 7919 % kCount);
    AddDeviceObjects({LoadedObject{"made up", AddressRange{begin, begin + 0x1000}}},
                     static_cast<std::uint32_t>(begin % 61));
  }

  for (std::uintptr_t i = 0; i < kCount; ++i) {
    std::uint32_t device = 99;
    ASSERT_TRUE(FindDeviceOf(reinterpret_cast<const void*>(place(i) + 0xfff), device)) << i;
    ASSERT_EQ(device, place(i) % 61);
    ASSERT_FALSE(FindDeviceOf(reinterpret_cast<const void*>(place(i) + 0x1000), device)) << i;
  }
}

}  // namespace
}  // namespace openmatrix
