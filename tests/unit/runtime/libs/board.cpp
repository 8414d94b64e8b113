// Engines that tell which of several copies of their library they are part of.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "hiaiengine/c_graph.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/engine.h"
#include "libs/common.h"

namespace {

int g_count = 0;
int g_received = 0;

std::string Text(const void* address) {
  return std::to_string(reinterpret_cast<std::uintptr_t>(address));
}

struct Number {
  int value;
};

void NumberOut(void* object, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
  control = std::to_string(static_cast<Number*>(object)->value);
  data = nullptr;
  bytes = 0;
}

std::shared_ptr<void> NumberIn(const char*, const std::uint32_t&, const std::uint8_t*,
                               const std::uint32_t&) {
  return std::make_shared<Number>(Number{++g_received});
}

}  // namespace

HIAI_REGISTER_SERIALIZE_FUNC("BoardTest.Number", Number, NumberOut, NumberIn)

class Board : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

// "count" answers with the statics of this library and of the one that it needs; "factory" with the
// factory that a new thread finds; "allocate" takes memory in a new thread, for ever.
HIAI_IMPL_ENGINE_PROCESS("Board", Board, 1) {
  const std::string question = *std::static_pointer_cast<std::string>(arg0);
  std::string answer;
  if (question == "count") {
    answer = "own " + std::to_string(++g_count) + " common " + std::to_string(NextOfCommon());
    answer += " inline " + std::to_string(InlineCounter::Next());
    answer += " " + std::to_string(NextInlineOfCommon());
  } else if (question == "factory") {
    std::thread([&] { answer = Text(HIAIDataTypeFactory::GetInstance()); }).join();
  } else {
    void* block = nullptr;
    std::thread([&] { block = HIAI_DMalloc(5000, 0, MEMORY_ATTR_MANUAL_FREE); }).join();
    answer = block != nullptr ? "allocated" : "no memory";
  }
  return SendData(0, "string", std::make_shared<std::string>(answer));
}

class BoardNumbers : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

// Answers how many messages this library has received.
HIAI_IMPL_ENGINE_PROCESS("BoardNumbers", BoardNumbers, 1) {
  const int number = std::static_pointer_cast<Number>(arg0)->value;
  return SendData(0, "string", std::make_shared<std::string>(std::to_string(number)));
}
