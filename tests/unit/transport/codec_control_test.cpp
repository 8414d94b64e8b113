// Where the control bytes lie that the deserialize hook gets: applications cast the pointer.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include "transport/codec.h"

namespace openmatrix {
namespace {

// A short string lies inside its frame, so the frame is put wherever the compiler might put it.
TEST(DecodeControl, IsAlignedTo16BytesWhereverTheFrameLies) {
  for (const std::size_t shift : {0u, 8u, 16u, 24u}) {
    for (const std::size_t length : {1u, 4u, 8u, 15u, 16u, 100u, 1000u}) {
      alignas(16) unsigned char room[sizeof(Frame) + 32];
      Frame* const frame = ::new (room + shift) Frame();
      const std::string name = "T";
      const std::string control(length, 'c');
      frame->kind = Frame::Kind::kFast;
      frame->type_name = &name;
      frame->control = control;
      bool called = false;
      TypeHooks hooks;
      hooks.fast_in = [&](const char* bytes, const std::uint32_t& count, const std::uint8_t*,
                          const std::uint32_t&) -> std::shared_ptr<void> {
        called = true;
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % 16, 0u) << shift << ", " << length;
        EXPECT_EQ(std::string(bytes, count), control);
        return std::make_shared<int>(1);
      };
      TypeRegistry registry([&](TypeTable& table) { table["T"] = hooks; });

      EXPECT_NE(Decode(registry, *frame), nullptr);

      EXPECT_TRUE(called);
      frame->~Frame();
    }
  }
}

}  // namespace
}  // namespace openmatrix
