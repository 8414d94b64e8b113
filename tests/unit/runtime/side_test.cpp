#include "runtime/side.h"

#include <gtest/gtest.h>

#include <thread>

#include "os/module.h"

namespace openmatrix {
namespace {

// An address range that no loaded object has: a device library made up for these tests.
constexpr std::uintptr_t kLibrary = 0x5000;
const void* InDeviceLibrary() {
  AddDeviceObjects({LoadedObject{"made up", AddressRange{kLibrary, kLibrary + 0x1000}}}, 2);
  return reinterpret_cast<const void*>(kLibrary + 8);
}
const void* Elsewhere() { return reinterpret_cast<const void*>(kLibrary - 8); }

// Graphs are only compared here.
const GraphImpl* Graph(std::uintptr_t number) {
  return reinterpret_cast<const GraphImpl*>(number * 64);
}

TEST(Side, CodeThatNothingIsKnownAboutIsTheHosts) {
  EXPECT_EQ(SideOfCall(Elsewhere()), View::Host());
  EXPECT_EQ(RegistrySideOfCall(Elsewhere()), View::Host());
}

TEST(Side, WithoutAContextTheLibraryOfTheCallDecides) {
  EXPECT_EQ(SideOfCall(InDeviceLibrary()), View::Device(2));
}

TEST(Side, TheContextOfTheThreadWinsOverTheLibrary) {
  const ContextScope context(View::Host());

  EXPECT_EQ(SideOfCall(InDeviceLibrary()), View::Host());
}

TEST(Side, ForRegistriesTheLibraryWinsOverTheContext) {
  const ContextScope context(View::Host());

  EXPECT_EQ(RegistrySideOfCall(InDeviceLibrary()), View::Device(2));
}

TEST(Side, ForRegistriesTheContextDecidesForCodeOfTheProgram) {
  const ContextScope context(View::Device(1));

  EXPECT_EQ(RegistrySideOfCall(Elsewhere()), View::Device(1));
}

TEST(Side, AContextEndsWithItsScope) {
  {
    const ContextScope outer(View::Device(1));
    {
      const ContextScope inner(View::Device(3));
      EXPECT_EQ(SideOfCall(Elsewhere()), View::Device(3));
    }
    EXPECT_EQ(SideOfCall(Elsewhere()), View::Device(1));
  }
  EXPECT_EQ(SideOfCall(Elsewhere()), View::Host());
}

TEST(Side, AContextBelongsToOneThread) {
  const ContextScope context(View::Device(1));
  View seen = View::Device(5);

  std::thread([&seen] { seen = SideOfCall(Elsewhere()); }).join();

  EXPECT_EQ(seen, View::Host());
}

TEST(Side, ACallbackKeepsTheStopTokenOfItsWorker) {
  StopToken token;
  const ContextScope worker(View::Host(), Graph(1), &token);
  const ContextScope callback(View::Host(), Graph(2));

  EXPECT_EQ(CurrentStop(), &token);
}

TEST(Side, EveryGraphWhoseCodeIsOnTheStackIsInside) {
  const ContextScope worker(View::Host(), Graph(1));
  const ContextScope callback(View::Host(), Graph(2));

  EXPECT_TRUE(InsideGraph(Graph(1)));
  EXPECT_TRUE(InsideGraph(Graph(2)));
  EXPECT_FALSE(InsideGraph(Graph(3)));
}

}  // namespace
}  // namespace openmatrix
