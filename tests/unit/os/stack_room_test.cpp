#include "os/stack_room.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <stdexcept>

namespace openmatrix {
namespace {

constexpr std::size_t kMuch = std::size_t{256} << 10;
constexpr std::size_t kWhole = std::size_t{8} << 20;  // sanitizers keep their own there, too

// Runs `body` on a thread with a stack of `bytes`.
template <typename Body>
void OnStackOf(std::size_t bytes, Body body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  pthread_t thread;
  const auto run = [](void* call) -> void* {
    (*static_cast<Body*>(call))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &body), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST(StackRoom, IsWhatTheThreadHasLeft) {
  OnStackOf(kWhole, [] {
    EXPECT_LE(StackLeft(), kWhole);
    EXPECT_GT(StackLeft(), kMuch);
  });
  EXPECT_GT(StackLeft(), kMuch);  // the main thread's
}

TEST(StackRoom, WorkRunsOnTheCallersStackIfThatDoes) {
  pthread_t ran{};
  RunWithStack(kMuch, [&] { ran = pthread_self(); });
  EXPECT_TRUE(pthread_equal(ran, pthread_self()));
}

TEST(StackRoom, WorkGetsTheStackThatItNeeds) {
  OnStackOf(std::size_t{128} << 10, [] {
    std::size_t left = 0;
    RunWithStack(kMuch, [&] { left = StackLeft(); });
    EXPECT_GE(left, kMuch);
  });
}

TEST(StackRoom, WhatTheWorkThrowsComesOut) {
  OnStackOf(std::size_t{128} << 10, [] {
    EXPECT_THROW(RunWithStack(kMuch, [] { throw std::runtime_error("thrown"); }),
                 std::runtime_error);
  });
}

}  // namespace
}  // namespace openmatrix
