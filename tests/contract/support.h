// What the contract tests share: graphs of text, numbers, inboxes and gates.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "door.h"
#include "openmatrix/stats.h"

namespace contract {

constexpr std::uint32_t kMaxBytes = 268435360;
constexpr std::uint32_t kForever = 3600000;  // ctest ends a test long before

std::string DeviceLibrary();  // so_name of the device library
HIAI_StatusT CreateFromText(const std::string& text);

OpenmatrixMemoryStats Stats();
std::uint64_t LiveBlocks();                                // of host and first device
std::uint64_t Copies(const OpenmatrixMemoryStats& stats);  // of all reasons

// True as soon as `condition` holds; false if the program should stop hoping.
bool Eventually(const std::function<bool()>& condition);

// Messages that an engine received.
class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  Handler Collect() {
    auto self = shared_from_this();
    return [self](hiai::Engine&, std::uint32_t port, const std::shared_ptr<void>& message) {
      self->Put(port, message);
      return HIAI_StatusT{HIAI_OK};
    };
  }
  void Put(std::uint32_t port, const std::shared_ptr<void>& message);
  std::shared_ptr<void> Take(std::uint32_t* port = nullptr);  // waits; null after too long
  std::shared_ptr<Received> TakeReceived() { return std::static_pointer_cast<Received>(Take()); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::uint32_t, std::shared_ptr<void>>> messages_;
};

// Where an engine waits until the test lets it go.
class Gate {
 public:
  void Wait();
  void Open();
  void WaitForSomebody();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

// Graph 1 with these engines, each a Node of its side with a queue of kQueue per input port:
//   1 host, source   2 device   3 host   4 device
// and these connections (engine.port): 1.0 -> 2.0, 2.0 -> 3.0, 1.1 -> 3.0, 2.1 -> 4.0, and the
// fan-outs 1.2 -> 2.0 + 4.0, 2.2 -> 1.0 + 3.0, 1.3 -> 3.0 + 2.0 + 4.0. 1.4 and 2.4 lead nowhere.
class ContractGraph : public testing::Test {
 protected:
  static constexpr std::uint32_t kGraph = 1;

  void SetUp() override { Create(/*queue_size=*/1); }
  void TearDown() override;

  void Create(std::uint32_t queue_size);
  void Destroy();

  // What was counted since Create.
  OpenmatrixMemoryStats Counted() const;

  // Messages to `engine` are collected.
  std::shared_ptr<Inbox> Collect(std::uint32_t engine);
  // `engine` keeps its worker at the gate at the first message, and collects all.
  std::shared_ptr<Gate> Hold(std::uint32_t engine, const std::shared_ptr<Inbox>& inbox);
  static const Door& DoorOf(std::uint32_t engine) {
    return engine % 2 == 1 ? HostDoor() : DeviceDoor();
  }
  static std::shared_ptr<Message> Of(void* data, std::uint32_t bytes) {
    auto message = std::make_shared<Message>();
    message->data = static_cast<std::uint8_t*>(data);
    message->bytes = bytes;
    return message;
  }

 private:
  std::deque<std::shared_ptr<Gate>> gates_;
  OpenmatrixMemoryStats start_{};
};

// Messages from main to the device's engine 2; at the end nothing may be live.
class TransferGraph : public ContractGraph {
 protected:
  void TearDown() override {
    ContractGraph::TearDown();
    EXPECT_EQ(LiveBlocks(), 0u);
  }
  static HIAI_StatusT ToDevice(const std::string& name, const std::shared_ptr<void>& message,
                               std::uint32_t time = 0) {
    return HostDoor().graph_send({1, 2, 0}, name, message, time);
  }
};

}  // namespace contract
