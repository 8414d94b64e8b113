// hiai::Engine, its factory and the process macros as objects of 2019 see them; see status.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "graph.h"
#include "status.h"

namespace hiai {

class AIConfig;
class AIModelDescription;

// The destructor is the key function: virtual table and typeinfo are the library's, the two empty
// defaults are the application's.
class Engine {
 public:
  Engine();
  virtual ~Engine();
  virtual HIAI_StatusT Init(const AIConfig&, const std::vector<AIModelDescription>&) {
    return HIAI_OK;
  }
  virtual HIAI_StatusT UpdateConfig(const AIConfig&) { return HIAI_OK; }
  HIAI_StatusT SetDataRecvFunctor(const uint32_t portId,
                                  const std::shared_ptr<DataRecvInterface>& dataRecv);
  uint32_t GetGraphId() const;
  uint32_t GetEngineId() const;
  std::string GetEngineName() const;
  uint32_t GetQueueMaxSize() const;
  uint32_t GetQueueCurrentSize(const uint32_t portID) const;

 protected:
  virtual HIAI_StatusT Run(std::vector<std::shared_ptr<void>>& args) = 0;
  virtual HIAI_StatusT InitMsgQueue() = 0;
  HIAI_StatusT InitQueue(const uint32_t& inPortNum, const uint32_t& outPortNum);
  HIAI_StatusT SendData(const uint32_t portId, const std::string& messageName,
                        const std::shared_ptr<void>& dataPtr, const uint32_t timeOut = 500);

 private:
  unsigned char members_[208];
};

typedef Engine* (*HIAI_ENGINE_FUNCTOR_CREATOR)();

class HIAIEngineFactory {
 public:
  static HIAIEngineFactory* GetInstance();
  HIAI_StatusT RegisterEngineCreator(const std::string& engineName,
                                     HIAI_ENGINE_FUNCTOR_CREATOR engineCreator);
  HIAI_StatusT UnRegisterEngineCreator(const std::string& engineName);

 private:
  HIAIEngineFactory();
  std::map<std::string, HIAI_ENGINE_FUNCTOR_CREATOR> creators_;
};

class HIAIEngineAutoRegister {
 public:
  HIAIEngineAutoRegister(const std::string& engineName, HIAI_ENGINE_FUNCTOR_CREATOR creator)
      : name_(engineName), status_(HIAI_INIT_FAIL) {
    status_ = HIAIEngineFactory::GetInstance()->RegisterEngineCreator(engineName, creator);
  }
  ~HIAIEngineAutoRegister() {
    if (status_ == HIAI_OK) HIAIEngineFactory::GetInstance()->UnRegisterEngineCreator(name_);
  }

 private:
  std::string name_;
  HIAI_StatusT status_;
};

static_assert(sizeof(Engine) == 216, "as measured with the 2019 headers");
static_assert(sizeof(HIAIEngineFactory) == 48, "as measured with the 2019 headers");
static_assert(sizeof(HIAIEngineAutoRegister) == 40, "as measured with the 2019 headers");

}  // namespace hiai

// Only the two port counts that the tests use.
#define G2_INPUT_ARGS_1 std::shared_ptr<void>& arg0
#define G2_INPUT_ARGS_2 G2_INPUT_ARGS_1, std::shared_ptr<void>& arg1
#define G2_ARGS_LIST_1 args[0]
#define G2_ARGS_LIST_2 G2_ARGS_LIST_1, args[1]

#define HIAI_DEFINE_PROCESS(inPortNum, outPortNum)                         \
 protected:                                                                \
  HIAI_StatusT Process(G2_INPUT_ARGS_##inPortNum);                         \
  HIAI_StatusT InitMsgQueue() { return InitQueue(inPortNum, outPortNum); } \
  HIAI_StatusT Run(std::vector<std::shared_ptr<void>>& args) {             \
    if (args.size() < inPortNum) return HIAI_ENGINE_RUN_ARGS_NOT_RIGHT;    \
    return Process(G2_ARGS_LIST_##inPortNum);                              \
  }

// The counter is pasted as it stands, and both names are external: objects have the text
// "__COUNTER__" in their symbols.
#define HIAI_REGISTER_ENGINE_UNIQUE(name, engineClass, ctr)               \
  hiai::Engine* HIAI_Engine_##engineClass##_##ctr##_Creator() {           \
    return new (std::nothrow) engineClass;                                \
  }                                                                       \
  hiai::HIAIEngineAutoRegister g_engine_##engineClass##_##ctr##_registor( \
      name, HIAI_Engine_##engineClass##_##ctr##_Creator);

#define HIAI_IMPL_ENGINE_PROCESS(name, engineClass, inPortNum) \
  HIAI_REGISTER_ENGINE_UNIQUE(name, engineClass, __COUNTER__)  \
  HIAI_StatusT engineClass::Process(G2_INPUT_ARGS_##inPortNum)
