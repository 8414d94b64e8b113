#include "runtime/device_links.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

TEST(DeviceLinks, AreThereAtFirst) {
  DeviceLinks links;

  EXPECT_FALSE(links.cut().raised(~std::uint64_t{0}));
  EXPECT_EQ(links.CurrentCut(0), 0u);
}

TEST(DeviceLinks, ACutLastsUntilItIsRestoredAndIsOneDevicesOwn) {
  DeviceLinks links;
  const std::uint64_t cut = links.Cut(kMaxDevices - 1);

  EXPECT_NE(cut, 0u);
  EXPECT_EQ(links.CurrentCut(kMaxDevices - 1), cut);
  EXPECT_TRUE(links.cut().raised(Interrupts::Bit(kMaxDevices - 1)));
  EXPECT_FALSE(links.cut().raised(Interrupts::Bit(0)));

  links.Restore(kMaxDevices - 1);
  EXPECT_EQ(links.CurrentCut(kMaxDevices - 1), 0u);
  EXPECT_FALSE(links.cut().raised(~std::uint64_t{0}));
}

TEST(DeviceLinks, ASecondCutIsNoneAndALaterOneHasAHigherNumber) {
  DeviceLinks links;
  const std::uint64_t first = links.Cut(1);

  EXPECT_EQ(links.Cut(1), 0u);
  EXPECT_EQ(links.CurrentCut(1), first);
  EXPECT_GT(links.Cut(2), first);
  links.Restore(1);
  links.Restore(1);
  EXPECT_GT(links.Cut(1), first);
}

}  // namespace
}  // namespace openmatrix
