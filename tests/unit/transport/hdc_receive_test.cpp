// Where the deserialize hook runs: on the thread and with the registry of the receiver.
#include <thread>

#include "hdc_fixture.h"

namespace openmatrix {
namespace {

using HdcReceiveTest = Hdc;

TEST_F(HdcReceiveTest, TheDeserializeHookRunsOnTheThreadThatReceives) {
  std::thread::id ran_on;
  const auto fast_in = hooks_.fast_in;
  hooks_.fast_in = [&](const char* control, const std::uint32_t& control_bytes,
                       const std::uint8_t* data, const std::uint32_t& bytes) {
    ran_on = std::this_thread::get_id();
    return fast_in(control, control_bytes, data, bytes);
  };
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);

  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));
  EXPECT_EQ(in_calls_, 0) << "a send does not deserialize";
  std::thread receiver([&] { EXPECT_NE(TakeFrom(device_box_), nullptr); });
  const std::thread::id expected = receiver.get_id();
  receiver.join();

  EXPECT_EQ(ran_on, expected);
  EXPECT_EQ(in_calls_, 1);
}

}  // namespace
}  // namespace openmatrix
