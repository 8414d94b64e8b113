#include "runtime/side_libraries.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

using LoadEnd = SideLibraries::LoadEnd;

constexpr char kName[] = "/libs/device.so";
const View kSide = View::Device(1);

TEST(SideLibraries, LoadsAtOnceLookFromWhereTheFirstBegan) {
  SideLibraries libraries;
  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 3), 3u);
  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 5), 3u);
  EXPECT_EQ(libraries.BeginLoad(View::Device(2), kName, 6), 6u);
  libraries.EndLoad(kSide, kName, LoadEnd::kMarked);
  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 7), 3u);
  libraries.EndLoad(kSide, kName, LoadEnd::kMarked);
  libraries.EndLoad(kSide, kName, LoadEnd::kMarked);

  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 9), 9u);
}

// The file is loaded, and nobody has said whose it is: the dynamic linker brings it no second time.
TEST(SideLibraries, AfterALoadThatWasBrokenOffTheNextLooksFromThereUntilOneIsMarked) {
  SideLibraries libraries;
  libraries.BeginLoad(kSide, kName, 3);
  libraries.EndLoad(kSide, kName, LoadEnd::kBrokenOff);
  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 5), 3u);
  libraries.EndLoad(kSide, kName, LoadEnd::kFailed);
  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 7), 3u);
  libraries.EndLoad(kSide, kName, LoadEnd::kMarked);

  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 9), 9u);
}

TEST(SideLibraries, ALoadThatFailedLeavesNothingBehind) {
  SideLibraries libraries;
  libraries.BeginLoad(kSide, kName, 3);
  libraries.EndLoad(kSide, kName, LoadEnd::kFailed);

  EXPECT_EQ(libraries.BeginLoad(kSide, kName, 5), 5u);
}

}  // namespace
}  // namespace openmatrix
