// Threads of the program that are cancelled in the library: each exported function, asked to end
// before the call, and those that wait, asked to end meanwhile. Only the thread ends, after the
// call.
#include <gtest/gtest.h>

#include "../unit/base/cancelled.h"
#include "borders.h"
#include "calls.h"
#include "hiaiengine/c_graph.h"

namespace {

using borders::Await;
using borders::Stats;
using hiai::Graph;
using hiai::HIAIMemory;
using openmatrix::CancellableThread;
using openmatrix::CancelledWhenItGoes;
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

// -- Objects of the program that the library is the last to hold. C++ ends the program when a
// destructor is unwound.

struct LastHold {
  const char* name;
  std::function<void(std::shared_ptr<CancelledWhenItGoes>)> drop;
};

struct Watcher : hiai::DataRecvInterface {
  explicit Watcher(std::shared_ptr<CancelledWhenItGoes> mortal) : held(std::move(mortal)) {}
  HIAI_StatusT RecvData(const std::shared_ptr<void>&) override { return HIAI_OK; }
  const std::shared_ptr<CancelledWhenItGoes> held;
};

void DropAFunction(std::shared_ptr<CancelledWhenItGoes> mortal) {
  HIAIDataTypeFactory* const factory = HIAIDataTypeFactory::GetInstance();
  factory->Register("borders.Mortal",
                    HIAI_DATASearilizedFunT([held = std::move(mortal)](void*, std::string&) {}));
  factory->GetSerializeFunc("borders.Mortal");
  factory->UnRegister("borders.Mortal", DATY_TYPE_FUNC_SEAR);
}

// The converter's object, which only its bytes leave.
void DropAConvertedObject(std::shared_ptr<CancelledWhenItGoes> mortal) {
  static std::shared_ptr<CancelledWhenItGoes> held;
  held = std::move(mortal);
  HIAIDataTypeFactory* const factory = HIAIDataTypeFactory::GetInstance();
  factory->Register("borders.Made", HIAI_SerializeFuncT(SerializeFrame),
                    HIAI_DeserializeFuncT(DeserializeFrame));
  factory->Register("borders.Made", HIAI_ConvertFuncT([](void*) {
                      const std::shared_ptr<Frame> frame = MakeFrame(1);
                      auto end = [frame, owner = std::move(held)](Frame*) mutable {
                        owner.reset();
                      };
                      return std::shared_ptr<Frame>(frame.get(), std::move(end));
                    }));
  int object = 1;
  EXPECT_EQ(HIAI_C_SendData({borders::kGraph, borders::kEcho, 0}, "borders.Made", 12, &object),
            HIAI_OK);
}

std::vector<LastHold> LastHolds(Graph& graph) {
  return {
      {"a message that a worker took",
       [&graph](std::shared_ptr<CancelledWhenItGoes> mortal) {
         borders::shut = true;  // until this thread holds it no more
         EXPECT_EQ(graph.SendData({borders::kGraph, borders::kGate, 0}, "any", std::move(mortal)),
                   HIAI_OK);
         borders::shut = false;
       }},
      {"a receiver that is replaced",
       [&graph](std::shared_ptr<CancelledWhenItGoes> mortal) {
         const hiai::EnginePortID port{borders::kGraph, borders::kSink, 0};
         graph.SetDataRecvFunctor(port, std::make_shared<Watcher>(std::move(mortal)));
         graph.SetDataRecvFunctor(port, std::make_shared<Watcher>(nullptr));
       }},
      {"a handler that is replaced",
       [&graph](std::shared_ptr<CancelledWhenItGoes> mortal) {
         const auto handle = [&graph](const std::function<HIAI_StatusT()>& handler) {
           graph.RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT, handler);
         };
         handle([held = std::move(mortal)] { return HIAI_StatusT{HIAI_OK}; });
         handle([] { return HIAI_StatusT{HIAI_OK}; });
       }},
      {"a function that is taken away", DropAFunction},
      {"what a converter made", DropAConvertedObject},
  };
}

TEST_F(Cancellation, InADestructorOfTheProgramsWaitsForItsEnd) {
  for (const LastHold& hold : LastHolds(*graph_)) {
    std::atomic<int> gone{0};
    CancellableThread thread([&] { hold.drop(std::make_shared<CancelledWhenItGoes>(gone)); });
    thread.EndsCancelled();
    Await([&gone] { return gone == 1; });
    EXPECT_EQ(SendToGate(), HIAI_OK) << hold.name;  // the worker still takes messages
    borders::AwaitNothingLive();
  }
}

// The worker takes the first message; the second is dropped where the graph ends.
TEST_F(Cancellation, InTheDeleterOfAQueuedMessageWaitsForItsEnd) {
  std::atomic<int> gone{0};
  borders::shut = true;
  ASSERT_EQ(SendToGate(), HIAI_OK);
  Await([] { return borders::at_gate == 1; });
  ASSERT_EQ(graph_->SendData({borders::kGraph, borders::kGate, 0}, "any",
                             std::make_shared<CancelledWhenItGoes>(gone), kPatience),
            HIAI_OK);
  CancellableThread thread([] { Graph::DestroyGraph(borders::kGraph); });
  Await([] { return Graph::GetInstance(borders::kGraph) == nullptr; });

  borders::shut = false;

  thread.EndsCancelled();
  EXPECT_EQ(gone, 1);
}

}  // namespace
