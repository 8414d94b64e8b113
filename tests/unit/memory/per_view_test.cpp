#include "memory/per_view.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace openmatrix {
namespace {

TEST(PerView, EachViewHasItsOwnObjectAndKeepsIt) {
  PerView<int> numbers;
  const auto make = [](View view) { return std::make_unique<int>(view.index); };

  int& host = numbers.Get(View::Host(), make);
  int& last = numbers.Get(View::Device(kMaxDevices - 1), make);

  EXPECT_EQ(host, 0);
  EXPECT_EQ(last, 64);
  EXPECT_EQ(&numbers.Get(View::Host(), make), &host);
  EXPECT_EQ(numbers.Find(View::Host()), &host);
}

TEST(PerView, OnlyTheViewsThatSomebodyAskedForExist) {
  PerView<int> numbers;
  numbers.Get(View::Device(2));
  std::vector<std::uint8_t> visited;

  numbers.ForEach([&visited](View view, int&) { visited.push_back(view.index); });

  EXPECT_EQ(visited, (std::vector<std::uint8_t>{3}));
  EXPECT_EQ(numbers.Find(View::Device(1)), nullptr);
}

TEST(PerView, ThreadsThatAskAtOnceGetTheSameObject) {
  PerView<std::atomic<int>> counters;
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (std::uint32_t device = 0; device < kMaxDevices; ++device) {
        ++counters.Get(View::Device(device), [&made](View) {
          ++made;
          return std::make_unique<std::atomic<int>>(0);
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(made, static_cast<int>(kMaxDevices));
  counters.ForEach([](View, std::atomic<int>& counter) { EXPECT_EQ(counter, 8); });
}

}  // namespace
}  // namespace openmatrix
