// One process in small for tests of the transport: a heap, the types of both sides, an input on
// the host and one on each of two devices.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "memory/heap.h"
#include "transport/hdc.h"

namespace openmatrix {

inline constexpr View kHost = View::Host();
inline constexpr View kDevice = View::Device(0);
inline constexpr View kDevice1 = View::Device(1);
inline constexpr std::uint32_t kBytes = 4096;
inline constexpr std::uint64_t kMiB = 1 << 20;

inline Wait Now() { return Wait::For(std::chrono::milliseconds(0)); }

// What applications send: a number and a buffer.
struct Picture {
  std::uint32_t number = 0;
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;
};

class Hdc : public testing::Test {
 protected:
  static Options SmallOptions() {
    Options options;
    options.host_memory = 64 * kMiB;
    options.device_memory = 64 * kMiB;
    options.devices = 2;
    return options;
  }

  Hdc()
      : heap_(SmallOptions()),
        host_types_([this](TypeTable& table) { CollectTypes(table); }),
        device_types_([this](TypeTable& table) { CollectTypes(table); }) {
    hooks_.fast_out = [this](void* object, std::string& control, std::uint8_t*& data,
                             std::uint32_t& bytes) {
      ++out_calls_;
      const auto* picture = static_cast<Picture*>(object);
      control.assign(reinterpret_cast<const char*>(&picture->number), sizeof picture->number);
      data = picture->data;
      bytes = picture->bytes;
    };
    hooks_.fast_in = [this](const char* control, const std::uint32_t&, const std::uint8_t* data,
                            const std::uint32_t& bytes) -> std::shared_ptr<void> {
      ++in_calls_;
      auto picture = std::shared_ptr<Picture>(new Picture, [this](Picture* old) {
        if (old->data != nullptr) last_free_ = heap_.Free(old->data, Family::kTransfer);
        delete old;
      });
      std::memcpy(&picture->number, control, sizeof picture->number);
      picture->data = const_cast<std::uint8_t*>(data);
      picture->bytes = bytes;
      return picture;
    };
  }

  std::uint8_t* Block(View view, Release release, Family family = Family::kTransfer) {
    Result<void*> block = heap_.Allocate(view, kBytes, family, release, Now());
    EXPECT_TRUE(block);
    if (!block) return nullptr;
    std::memset(block.value(), 1, kBytes);
    return static_cast<std::uint8_t*>(block.value());
  }

  static std::shared_ptr<Picture> MakePicture(std::uint8_t* data, std::uint32_t bytes = kBytes) {
    auto picture = std::make_shared<Picture>();
    picture->number = 42;
    picture->data = data;
    picture->bytes = bytes;
    return picture;
  }

  // "Picture" is fast, "Text" is common.
  void CollectTypes(TypeTable& table) const {
    table["Picture"] = hooks_;
    TypeHooks& text = table["Text"];
    text.common_out = [](void* object, std::string& control) {
      control = *static_cast<std::string*>(object);
    };
    text.common_in = [](const std::string& control) {
      return std::make_shared<std::string>(control);
    };
  }

  Sender HostSender() { return Sender{heap_, kHost, host_types_}; }
  Sender DeviceSender() { return Sender{heap_, kDevice, device_types_}; }
  Target ToHost() { return Target{&host_box_, 0, kHost}; }
  Target ToDevice(std::uint32_t port = 0) { return Target{&device_box_, port, kDevice}; }
  Target ToDevice1() { return Target{&device1_box_, 0, kDevice1}; }

  Status SendTo(const std::vector<Target>& targets, const std::shared_ptr<void>& message,
                const Wait& wait = Now(), const std::string& name = "Picture") {
    return Send(HostSender(), Targets{targets.data(), targets.size()}, name, message, wait);
  }

  std::shared_ptr<Picture> TakeFrom(Mailbox& mailbox) {
    Frame frame;
    if (!mailbox.Take(frame, Now())) return nullptr;
    TypeRegistry& types = &mailbox == &host_box_ ? host_types_ : device_types_;
    return std::static_pointer_cast<Picture>(Receive(types, std::move(frame)));
  }

  std::uint64_t LiveBlocks() const {
    std::uint64_t live = 0;
    for (const ViewCounts& view : heap_.Counts().views) live += view.live_blocks;
    return live;
  }
  std::uint64_t Copies(CopyReason reason) const {
    return heap_.Counts().copies[static_cast<std::size_t>(reason)];
  }
  std::uint64_t AllCopies() const {
    std::uint64_t copies = 0;
    for (const std::uint64_t count : heap_.Counts().copies) copies += count;
    return copies;
  }

  Heap heap_;
  TypeHooks hooks_;
  TypeRegistry host_types_;
  TypeRegistry device_types_;
  Mailbox host_box_{{4}, std::chrono::microseconds(0)};
  Mailbox device_box_{{4, 1}, std::chrono::microseconds(0)};
  Mailbox device1_box_{{4}, std::chrono::microseconds(0)};
  std::atomic<int> out_calls_{0};
  std::atomic<int> in_calls_{0};
  FreeVerdict last_free_ = FreeVerdict::kNull;
};

}  // namespace openmatrix
