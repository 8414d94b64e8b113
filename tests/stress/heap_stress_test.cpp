// Eight threads on one small heap: allocate, free here and elsewhere, exhaust, wait, send both
// ways and drop. Every block carries a stamp of its holder, which is checked before it goes: a
// byte with two owners shows. At the end nothing is live and nothing is charged.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/options.h"
#include "memory/heap.h"
#include "memory/outgoing.h"
#include "stress.h"

namespace openmatrix {
namespace {

constexpr std::uint32_t kMiB = 1u << 20;
constexpr int kThreads = 8;
constexpr std::array<View, 2> kViews = {View::Host(), View::Device(0)};

struct Block {
  std::uint8_t* address = nullptr;
  std::uint32_t bytes = 0;
  std::uint64_t stamp = 0;
};

// Stamps the block's first and last bytes and one place in every 512.
template <typename Place>
void EachPlace(const Block& block, const Place& place) {
  for (std::uint32_t at = 0; at + 8 <= block.bytes; at += 512) place(block.address + at);
  if (block.bytes >= 8) place(block.address + block.bytes - 8);
}

void Stamp(const Block& block) {
  EachPlace(block, [&](std::uint8_t* at) { std::memcpy(at, &block.stamp, 8); });
}

bool Stamped(const Block& block) {
  bool good = true;
  EachPlace(block, [&](std::uint8_t* at) { good = good && std::memcmp(at, &block.stamp, 8) == 0; });
  return good;
}

class HeapStress : public testing::Test {
 protected:
  static Options Small() {
    Options options;
    options.host_memory = 24 * kMiB;
    options.device_memory = 16 * kMiB;
    options.devices = 1;
    options.decay = std::chrono::milliseconds(2);
    return options;
  }

  struct Worker {
    Worker(unsigned seed, int name) : random(seed + static_cast<unsigned>(name)), id(name) {}
    unsigned Below(std::size_t bound) { return static_cast<unsigned>(random() % bound); }

    std::mt19937 random;
    int id;
    std::uint64_t count = 0;
    std::vector<Block> mine;
  };

  void SetUp() override {
    seed_ = std::random_device{}();
    RecordProperty("seed", std::to_string(seed_));
  }

  // Small sizes are common, large ones exhaust.
  static std::uint32_t AnySize(Worker& worker) {
    const unsigned shift = 6 + worker.Below(16);                   // 64 B .. 4 MiB
    return ((1u << shift) + worker.Below(1u << shift) / 2) & ~7u;  // stamps do not overlap
  }

  bool Allocate(Worker& worker, View view, Release release, Family family, Block& block) {
    block.bytes = AnySize(worker);
    const Wait wait = Wait::For(std::chrono::milliseconds(worker.Below(3)));
    auto got = heap_.Allocate(view, block.bytes, family, release, wait);
    if (!got.ok()) {
      if (got.error().code != Code::kNoMemory) ++errors_;
      ++refusals_;
      return false;
    }
    block.address = static_cast<std::uint8_t*>(got.value());
    block.stamp = static_cast<std::uint64_t>(worker.id) << 56 | ++worker.count;
    Stamp(block);
    return true;
  }

  void Free(const Block& block, Family family = Family::kTransfer) {
    if (!Stamped(block)) ++errors_;
    if (heap_.Free(block.address, family) != FreeVerdict::kFreed) ++errors_;
  }

  // Swaps a block with the one that another thread left, if any: a remote free later.
  void Exchange(Worker& worker, std::size_t index) {
    auto& slot = slots_[worker.Below(slots_.size())];
    auto* left = slot.exchange(new Block(worker.mine[index]), std::memory_order_acq_rel);
    if (left == nullptr) {
      worker.mine.erase(worker.mine.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      worker.mine[index] = *left;
      delete left;
    }
  }

  // Allocates, sends to the other side and takes what arrives, drops it or frees it early.
  void SendOne(Worker& worker) {
    const bool from_host = worker.Below(2) == 0;
    const View from = kViews[from_host ? 0 : 1];
    const View to = kViews[from_host ? 1 : 0];
    const unsigned kind = worker.Below(3);
    const Release release = kind == 1 ? Release::kManual : Release::kAuto;
    const Family family = kind == 2 ? Family::kDvpp : Family::kTransfer;
    Block block;
    if (!Allocate(worker, from, release, family, block)) return;

    auto out = Outgoing::Inspect(heap_, block.address, block.bytes);
    if (!out.ok()) {
      ++errors_;
      return;
    }
    auto payload = out.value().PrepareFor(to, Wait::For(std::chrono::milliseconds(1)));
    if (!payload.ok()) {
      Free(block, family);
      return;
    }
    auto message = std::make_shared<int>(0);
    if (!out.value().Commit(&payload.value(), 1, message).ok()) {
      ++errors_;
      return;
    }
    ++sends_;
    Block received = block;
    received.address = const_cast<std::uint8_t*>(payload.value().address());
    const bool early = worker.Below(4) == 0;
    if (kind != 0 && early) Free(block, family);
    switch (worker.Below(3)) {
      case 0:  // dropped
        if (!Stamped(received)) ++errors_;
        payload.value() = Payload();
        break;
      case 1:  // released by the hook, which then throws
        Free(received);
        payload.value() = Payload();
        break;
      default:
        payload.value().Deliver();
        // A late free. Only now: once the receiver is done, a hungry thread breaks the quarantine.
        if (kind == 0 && heap_.Free(block.address, family) == FreeVerdict::kFreed) ++errors_;
        worker.mine.push_back(received);
    }
    if (kind != 0 && !early) Free(block, family);
  }

  void Work(Worker& worker, int steps) {
    for (int step = 0; step < steps; ++step) {
      const unsigned choice = worker.Below(10);
      if (choice < 4) {
        Block block;
        const View view = kViews[worker.Below(kViews.size())];
        if (Allocate(worker, view, Release::kManual, Family::kTransfer, block)) {
          worker.mine.push_back(block);
        } else {
          FreeSome(worker, worker.mine.size() / 2);
        }
      } else if (choice < 6) {
        SendOne(worker);
      } else if (!worker.mine.empty()) {
        const std::size_t index = worker.Below(worker.mine.size());
        if (choice < 8) {
          Exchange(worker, index);
        } else {
          std::swap(worker.mine[index], worker.mine.back());
          FreeSome(worker, worker.mine.size() - 1);
        }
      }
      if (worker.mine.size() > 40) FreeSome(worker, 10);
    }
    FreeSome(worker, 0);
  }

  void FreeSome(Worker& worker, std::size_t keep) {
    while (worker.mine.size() > keep) {
      Free(worker.mine.back());
      worker.mine.pop_back();
    }
  }

  Heap heap_{Small()};
  std::array<std::atomic<Block*>, 16> slots_{};  // partner: Exchange of any thread
  std::atomic<int> errors_{0};
  std::atomic<int> refusals_{0};
  std::atomic<int> sends_{0};
  unsigned seed_ = 0;
};

TEST_F(HeapStress, NoByteHasTwoOwnersAndNothingIsLeft) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  std::vector<std::thread> threads;
  for (int id = 0; id < kThreads; ++id) {
    threads.emplace_back([&, id] {
      // Threads come and go: the second half of the work is done by another one.
      for (int life = 0; life < 2; ++life) {
        std::thread([&] {
          Worker worker(seed_, 2 * id + life + 1);
          Work(worker, Steps(2500) / 2);
        }).join();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (auto& slot : slots_) {
    const std::unique_ptr<Block> left(slot.load());
    if (left != nullptr) Free(*left);
  }

  EXPECT_EQ(errors_, 0);
  EXPECT_GT(refusals_ + static_cast<int>(heap_.Counts().waits), 0) << "limits were reached";
  EXPECT_GT(sends_, 0);
  for (View view : kViews) {
    EXPECT_EQ(heap_.Counts().views[view.index].live_blocks, 0u);
    EXPECT_EQ(heap_.Counts().views[view.index].live_bytes, 0u);
    // The whole limit is to be had: nothing is stranded, the quarantine gives way.
    const auto all = static_cast<std::uint32_t>(heap_.Counts().views[view.index].limit_bytes);
    auto block = heap_.Allocate(view, all, Family::kTransfer, Release::kAuto,
                                Wait::For(std::chrono::seconds(60)));
    ASSERT_TRUE(block.ok()) << block.error().text;
    heap_.Free(block.value(), Family::kTransfer);
  }
  heap_.Trim();
  for (View view : kViews) EXPECT_EQ(heap_.Counts().views[view.index].charged_bytes, 0u);
  EXPECT_EQ(heap_.Counts().quarantined_blocks, 0u);
}

// More hunger than memory: everyone waits for the others, and everyone is served.
TEST_F(HeapStress, ThreadsThatExhaustAndWaitAreAllWoken) {
  std::vector<std::thread> threads;
  for (int id = 0; id < kThreads; ++id) {
    threads.emplace_back([&, id] {
      const View view = kViews[static_cast<std::size_t>(id) % 2];
      for (int step = 0; step < Steps(300); ++step) {
        auto got = heap_.Allocate(view, 7 * kMiB, Family::kTransfer, Release::kAuto,
                                  Wait::For(std::chrono::minutes(2)));
        if (!got.ok()) {
          ++errors_;
          return;
        }
        const Block block{static_cast<std::uint8_t*>(got.value()), 4096,
                          static_cast<std::uint64_t>(id)};
        Stamp(block);
        std::this_thread::yield();
        Free(block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(errors_, 0);
}

}  // namespace
}  // namespace openmatrix
