// Threads of the program that are cancelled in the library: each exported function, asked to end
// before the call, and those that wait, asked to end meanwhile. Only the thread ends, after the
// call.
#include <gtest/gtest.h>

#include "../unit/base/cancelled.h"
#include "borders.h"
#include "calls.h"

namespace {

using borders::Await;
using borders::Stats;
using hiai::Graph;
using hiai::HIAIMemory;
using openmatrix::CancellableThread;
using openmatrix::OutlivesItsCancellation;

class Cancellation : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(Graph::CreateGraph(borders::ConfigFile()), HIAI_OK);
    graph_ = Graph::GetInstance(borders::kGraph);
    ASSERT_NE(graph_, nullptr);
  }
  void TearDown() override {
    borders::shut = false;
    Graph::DestroyGraph(borders::kGraph);
    borders::AwaitNothingLive();
  }

  HIAI_StatusT SendToGate() {
    return graph_->SendData({borders::kGraph, borders::kGate, 0}, "any", std::make_shared<int>(1),
                            kPatience);
  }

  std::shared_ptr<Graph> graph_;
};

TEST_F(Cancellation, BeforeACallTakesEffectAfterIt) {
  for (const borders::Call& call : borders::AllCalls(*graph_)) {
    EXPECT_TRUE(OutlivesItsCancellation(call.call)) << call.name;
  }
  borders::AwaitNothingLive();
}

TEST_F(Cancellation, InAWaitForMemoryLeavesTheHeapWhole) {
  void* most = nullptr;
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(48u << 20, most), HIAI_OK);
  const std::uint64_t waits = Stats().waits;
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    void* block = nullptr;
    status = HIAIMemory::HIAI_DMalloc(48u << 20, block, kPatience);
    HIAIMemory::HIAI_DFree(block);
    pthread_testcancel();
  });
  Await([waits] { return Stats().waits > waits; });

  thread.Cancel();
  EXPECT_EQ(HIAIMemory::HIAI_DFree(most), HIAI_OK);

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
  borders::AllocateAndFree(48u << 20);
  EXPECT_EQ(Stats().views[0].live_blocks, 0u);
}

TEST_F(Cancellation, InASendThatWaitsForRoomLosesNoMessage) {
  borders::shut = true;
  ASSERT_EQ(SendToGate(), HIAI_OK);
  Await([] { return borders::at_gate == 1; });
  ASSERT_EQ(SendToGate(), HIAI_OK);  // fills the queue
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    status = SendToGate();
    pthread_testcancel();
  });

  thread.Cancel();
  borders::shut = false;

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
}

TEST_F(Cancellation, InADestroyThatWaitsForAWorkerDestroysAllTheSame) {
  borders::shut = true;
  ASSERT_EQ(SendToGate(), HIAI_OK);
  Await([] { return borders::at_gate == 1; });
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    status = Graph::DestroyGraph(borders::kGraph);
    pthread_testcancel();
  });
  Await([] { return Graph::GetInstance(borders::kGraph) == nullptr; });

  thread.Cancel();
  borders::shut = false;

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
  EXPECT_EQ(Graph::CreateGraph(borders::ConfigFile()), HIAI_OK);
}

TEST_F(Cancellation, InAnUpdateThatWaitsForTheEngineWaitsOn) {
  borders::shut = true;
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    status = Graph::UpdateEngineConfig(borders::kGraph, borders::kGate, hiai::AIConfig(), true);
    pthread_testcancel();
  });
  Await([] { return borders::at_gate == 1; });

  thread.Cancel();
  borders::shut = false;

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
}

// A hook is the program's code: the thread ends there, and gives back what it had reserved.
TEST_F(Cancellation, InAHookEndsTheThreadAndItsSend) {
  static std::atomic<bool> cancels{true};
  HIAIDataTypeFactory::GetInstance()->Register(
      "borders.Exits",
      HIAI_SerializeFuncT(
          [](void* object, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
            if (cancels.exchange(false)) {
              pthread_cancel(pthread_self());
              pthread_testcancel();
            }
            SerializeFrame(object, control, data, bytes);
          }),
      HIAI_DeserializeFuncT(DeserializeFrame));
  const hiai::EnginePortID echo{borders::kGraph, borders::kEcho, 0};
  const std::shared_ptr<Frame> frame = MakeFrame(1);
  bool returned = false;
  CancellableThread thread([&] {
    graph_->SendData(echo, "borders.Exits", frame, kPatience);
    returned = true;
  });

  EXPECT_TRUE(thread.EndsCancelled());

  EXPECT_FALSE(returned);
  EXPECT_EQ(graph_->SendData(echo, "stress.Frame", frame, kPatience), HIAI_OK);
}

}  // namespace
