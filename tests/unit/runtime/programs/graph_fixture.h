// For tests that run real graphs through the public interface of libmatrix.so.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hiaiengine/api.h"

// Where a library that the build made for these tests lies.
inline std::string Library(const std::string& name) {
  return std::string("so_name: \"") + OPENMATRIX_TEST_LIBRARIES + "/" + name + ".so\" ";
}

// Makes one graph of a text that lies in a file, as applications do.
inline HIAI_StatusT CreateFromText(const std::string& text) {
  const std::string path = testing::TempDir() + "graph_" + std::to_string(::getpid()) + ".config";
  {
    std::ofstream file(path);
    file << text;
  }
  const HIAI_StatusT status = hiai::Graph::CreateGraph(path);
  std::remove(path.c_str());
  return status;
}

// Keeps what it receives; a test waits until there is enough.
class Inbox : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    std::function<void()> action;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      messages_.push_back(message);
      action = action_;
    }
    changed_.notify_all();
    if (action) action();
    return answer_;
  }

  // Blocks: the time limit of ctest is the only one.
  std::vector<std::shared_ptr<void>> WaitFor(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return messages_.size() >= count; });
    return messages_;
  }

  std::string WaitForText(std::size_t index = 0) {
    return *std::static_pointer_cast<std::string>(WaitFor(index + 1)[index]);
  }

  void SetAnswer(HIAI_StatusT answer) { answer_ = answer; }
  void SetAction(std::function<void()> action) { action_ = std::move(action); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<void>> messages_;
  std::function<void()> action_;
  HIAI_StatusT answer_ = HIAI_OK;
};

// A door that engines wait at; opened once.
class Gate {
 public:
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --waiting_;
  }
  void Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void WaitForSomebody() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void Reset() {
    std::lock_guard<std::mutex> lock(mutex_);
    open_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

inline HIAI_StatusT SendText(std::uint32_t graph, std::uint32_t engine, const std::string& text,
                             std::uint32_t port = 0, std::uint32_t time = 500) {
  const std::shared_ptr<hiai::Graph> handle = hiai::Graph::GetInstance(graph);
  if (handle == nullptr) return HIAI_GRAPH_NOT_EXIST;
  return handle->SendData({graph, engine, port}, "string", std::make_shared<std::string>(text),
                          time);
}

// Destroys the graphs that a test leaves.
class GraphTest : public testing::Test {
 protected:
  void TearDown() override {
    for (std::uint32_t id : {1u, 2u, 3u}) {
      if (hiai::Graph::GetInstance(id) != nullptr) {
        EXPECT_EQ(hiai::Graph::DestroyGraph(id), HIAI_OK);
      }
    }
  }

  std::shared_ptr<Inbox> Watch(std::uint32_t graph, std::uint32_t engine, std::uint32_t port = 0) {
    auto inbox = std::make_shared<Inbox>();
    EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({graph, engine, port}, inbox), HIAI_OK);
    return inbox;
  }
};
