// The base class of engines, and the factory that knows them by name.
//
// An engine class derives from hiai::Engine, has HIAI_DEFINE_PROCESS in its body, and defines
// Process with HIAI_IMPL_ENGINE_PROCESS. Size and order of virtual functions are part of the ABI.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "hiaiengine/ai_tensor.h"
#include "hiaiengine/ai_types.h"
#include "hiaiengine/data_recv_interface.h"
#include "hiaiengine/graph.h"
#include "hiaiengine/internal/engine_macros.h"
#include "hiaiengine/internal/usual_headers.h"
#include "hiaiengine/status.h"

namespace openmatrix {
class EngineHost;
}  // namespace openmatrix

namespace hiai {

/// @brief Milliseconds that Engine::SendData waits if nothing else is said.
constexpr uint32_t TIME_OUT_VALUE = 500;
/// @brief Messages per input port if the configuration does not say.
constexpr uint32_t ENGINE_MAX_QUEUE_SIZE = 200;
/// @brief Number of the first port.
constexpr uint32_t QUEUE_START_INDEX = 0;
/// @brief Kind of a queue: input.
constexpr uint32_t IN_QUEUE = 0;
/// @brief Kind of a queue: output.
constexpr uint32_t OUT_QUEUE = 1;
/// @brief holdModelFileFlag: the temporary model file goes after use.
constexpr uint32_t REMOVE_MODEL_FILE_FLAG = 0;

/// @brief When an engine is called although nothing arrived.
struct EngineRecvDataTimeoutInfo {
  uint32_t waitMaxTime;  ///< milliseconds; 0 is never
  bool isRepeatTimeout;  ///< again after each further period
  bool isSingleTimeout;  ///< once per quiet period
};

/// @brief The base class of engines. Objects are made and destroyed by the graph.
class HIAI_LIB_VISIBILITY Engine {
 public:
  /// @brief Does nothing; the object joins its graph before Init is called.
  Engine();
  /// @brief Called after the workers have been joined.
  virtual ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// @brief Called once before the first message. For users to override.
  ///
  /// @param[in] config     ai_config of the engine's configuration
  /// @param[in] modelDesc  ai_model of the engine's configuration
  /// @return  HIAI_OK (as the default does); anything else makes CreateGraph fail
  /// @threads the thread of CreateGraph
  /// @source  [header]
  virtual HIAI_StatusT Init(const AIConfig& config,
                            const std::vector<AIModelDescription>& modelDesc);

  /// @brief Called when the configuration changes at run time. For users to override.
  ///
  /// @param[in] config  the new ai_config
  /// @return  HIAI_OK (as the default does); anything else is reported to the caller
  /// @threads a worker of the engine
  /// @source  [header]
  virtual HIAI_StatusT UpdateConfig(const AIConfig& config);

  /// @brief Sends a message from an output port to all its connections and its receiver.
  ///
  /// @param[in] portId       output port of this engine
  /// @param[in] messageName  the registered name of the message's type
  /// @param[in] dataPtr      the message
  /// @param[in] timeOut      milliseconds to wait for queue and memory in all; 0 tries once
  /// @return    as Graph::SendData; HIAI_GRAPH_SRC_PORT_NOT_EXIST for a port that leads nowhere;
  ///            HIAI_ENGINE_NULL_POINTER for a null message
  /// @ownership as Graph::SendData
  /// @threads   any, also threads of the user's; order is kept per thread and port
  /// @source    [doc] codes, [sample] calls from callbacks, [choice] public, therefore
  HIAI_StatusT SendData(const uint32_t portId, const std::string& messageName,
                        const std::shared_ptr<void>& dataPtr,
                        const uint32_t timeOut = TIME_OUT_VALUE);

  /// @brief Sets who receives what this engine sends on an output port; replaces the one before.
  ///
  /// @param[in] portId    output port of this engine
  /// @param[in] dataRecv  the receiver
  /// @return    HIAI_OK; HIAI_PORT_ID_ERROR; HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL
  /// @ownership shared until replaced or the graph is destroyed
  /// @threads   any, at once
  /// @source    [header]
  HIAI_StatusT SetDataRecvFunctor(const uint32_t portId,
                                  const std::shared_ptr<DataRecvInterface>& dataRecv);

  /// @brief The graph that this engine belongs to.
  ///
  /// @return  its id; 0 outside a graph
  /// @threads any, at once
  /// @source  [doc]
  uint32_t GetGraphId() const;

  /// @brief This engine's id in its graph.
  ///
  /// @return  the id; 0 outside a graph
  /// @threads any, at once
  /// @source  [header]
  uint32_t GetEngineId() const;

  /// @brief The engine_name of the configuration.
  ///
  /// @return  the name; empty outside a graph
  /// @threads any, at once
  /// @source  [header]
  std::string GetEngineName() const;

  /// @brief The number of the call of Process that the calling thread is in. No two have the same.
  ///
  /// @return  the number; 0 outside Process
  /// @threads any, at once
  /// @source  [header] name, [choice] type and numbers
  uint64_t GetReqId() const;

  /// @brief The job that the graph belongs to. There are no jobs here.
  ///
  /// @return  0
  /// @threads any, at once
  /// @source  [header] name, [choice] type and number
  uint64_t GetJobId() const;

  /// @brief The oam_config of the configuration: which data to dump. Nothing here reads it.
  ///
  /// @return    a copy of this engine's own, empty if the configuration has none; null outside a
  ///            graph
  /// @ownership the engine's, as long as it belongs to its graph
  /// @threads   any, at once; changes are the application's own business
  /// @source    [header]
  OAMConfigDef* GetOamConfig();

  /// @brief Messages that each input port can hold.
  ///
  /// @return  the capacity; 0 outside a graph
  /// @threads any, at once
  /// @source  [doc]
  uint32_t GetQueueMaxSize() const;

  /// @brief Messages that wait at an input port now.
  ///
  /// @param[in] portID  input port
  /// @return  the number; 0 for an unknown port
  /// @threads any, at once
  /// @source  [doc]
  uint32_t GetQueueCurrentSize(const uint32_t portID) const;

 protected:
  /// @brief Hands the messages of one call to Process. Written by HIAI_DEFINE_PROCESS.
  ///
  /// @param[in,out] args  one pointer per input port; null where nothing arrived
  /// @return  what Process returns; HIAI_ENGINE_RUN_ARGS_NOT_RIGHT for too few pointers
  /// @threads the workers of the engine
  /// @source  [header]
  virtual HIAI_StatusT Run(std::vector<std::shared_ptr<void>>& args) = 0;

  /// @brief Tells the graph the number of ports. Written by HIAI_DEFINE_PROCESS.
  ///
  /// @return  the result of InitQueue
  /// @threads the thread of CreateGraph
  /// @source  [header]
  virtual HIAI_StatusT InitMsgQueue() = 0;

  /// @brief Sets the number of ports, once, from InitMsgQueue.
  ///
  /// @param[in] inPortNum   input ports
  /// @param[in] outPortNum  output ports
  /// @return  HIAI_OK; HIAI_OUT_OF_RANGE for more than 1024 ports; HIAI_GRAPH_ENGINE_NOT_EXIST
  ///          outside a graph
  /// @threads the thread of CreateGraph
  /// @source  [header]
  HIAI_StatusT InitQueue(const uint32_t& inPortNum, const uint32_t& outPortNum);

 private:
  friend struct openmatrix::PublicAccess;

  openmatrix::EngineHost* host_ = nullptr;
  // Members of derived classes begin after this room; it keeps their place for ever.
  void* reserved_[25];
};

OPENMATRIX_ABI_ASSERT(sizeof(Engine) == 216);

/// @brief A function that makes an engine object, or null when memory is short.
typedef Engine* (*HIAI_ENGINE_FUNCTOR_CREATOR)();

/// @brief The engines of one side by name.
///
/// @threads any, at once; also before main and from static destructors
class HIAI_LIB_VISIBILITY HIAIEngineFactory {
 public:
  /// @brief The factory of the calling library's side.
  ///
  /// @return the factory; never null, never destroyed
  /// @source [header], [choice] one per side
  static HIAIEngineFactory* GetInstance();

  /// @brief Makes a name known. The first creator of a name stays.
  ///
  /// @param[in] engineName     the name that configurations use
  /// @param[in] engineCreator  makes an object
  /// @return HIAI_OK; HIAI_ENGINE_FUNCTOR_NULL; HIAI_ENGINE_FUNCTOR_EXIST
  /// @source [header]
  HIAI_StatusT RegisterEngineCreator(const std::string& engineName,
                                     HIAI_ENGINE_FUNCTOR_CREATOR engineCreator);

  /// @brief Forgets a name.
  ///
  /// @param[in] engineName  the name
  /// @return HIAI_OK, also if it was unknown
  /// @source [header]
  HIAI_StatusT UnRegisterEngineCreator(const std::string& engineName);

  /// @brief Makes an engine by name.
  ///
  /// @param[in] engineName  the name
  /// @return    a new engine outside any graph; null if the name is unknown
  /// @ownership the caller's
  /// @source    [header] name, [choice] result
  std::shared_ptr<Engine> CreateEngine(const std::string& engineName);

  HIAIEngineFactory(const HIAIEngineFactory&) = delete;
  HIAIEngineFactory& operator=(const HIAIEngineFactory&) = delete;

 private:
  friend struct openmatrix::PublicAccess;
  HIAIEngineFactory() = default;
  ~HIAIEngineFactory() = default;

  std::map<std::string, HIAI_ENGINE_FUNCTOR_CREATOR> creators_;
};

/// @brief Registers an engine for as long as it lives; see HIAI_IMPL_ENGINE_PROCESS.
class HIAIEngineAutoRegister {
 public:
  /// @brief Registers; a name that is taken stays as it is.
  ///
  /// @param[in] engineName     the name
  /// @param[in] engineCreator  makes an object
  OPENMATRIX_HIDDEN HIAIEngineAutoRegister(const std::string& engineName,
                                           HIAI_ENGINE_FUNCTOR_CREATOR engineCreator)
      : name_(engineName),
        status_(
            HIAIEngineFactory::GetInstance()->RegisterEngineCreator(engineName, engineCreator)) {}
  OPENMATRIX_HIDDEN ~HIAIEngineAutoRegister() {
    if (status_ == HIAI_OK) HIAIEngineFactory::GetInstance()->UnRegisterEngineCreator(name_);
  }
  HIAIEngineAutoRegister(const HIAIEngineAutoRegister&) = delete;
  HIAIEngineAutoRegister& operator=(const HIAIEngineAutoRegister&) = delete;

 private:
  std::string name_;
  HIAI_StatusT status_;
};

OPENMATRIX_ABI_ASSERT(sizeof(HIAIEngineFactory) == 48);
OPENMATRIX_ABI_ASSERT(sizeof(HIAIEngineAutoRegister) == 40);

}  // namespace hiai
