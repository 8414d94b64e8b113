// hiai::Engine: translates to the EngineHost that the runtime gave the object.
#include "hiaiengine/engine.h"

#include <chrono>
#include <utility>

#include "api/guard.h"
#include "api/process_instance.h"
#include "runtime/public_access.h"
#include "runtime/request_id.h"
#include "runtime/side.h"

namespace hiai {

using openmatrix::Code;
using openmatrix::EngineHost;
using openmatrix::Guard;
using openmatrix::GuardHot;
using openmatrix::PublicAccess;
using openmatrix::Status;

namespace {

Status NoHost() { return {Code::kNoEngine, "the engine belongs to no graph"}; }

}  // namespace

Engine::Engine() = default;
Engine::~Engine() = default;

HIAI_StatusT Engine::Init(const AIConfig& /*config*/,
                          const std::vector<AIModelDescription>& /*modelDesc*/) {
  return HIAI_OK;
}

HIAI_StatusT Engine::UpdateConfig(const AIConfig& /*config*/) { return HIAI_OK; }

HIAI_StatusT Engine::SendData(const uint32_t portId, const std::string& messageName,
                              const std::shared_ptr<void>& dataPtr, const uint32_t timeOut) {
  return GuardHot([&]() -> Status {
    EngineHost* const host = PublicAccess::HostOf(*this);
    if (host == nullptr) return NoHost();
    return host->Send(
        portId, messageName, dataPtr,
        openmatrix::Wait::For(std::chrono::milliseconds(timeOut), openmatrix::CurrentStop()));
  });
}

HIAI_StatusT Engine::SetDataRecvFunctor(const uint32_t portId,
                                        const std::shared_ptr<DataRecvInterface>& dataRecv) {
  return Guard([&]() -> Status {
    EngineHost* const host = PublicAccess::HostOf(*this);
    return host != nullptr ? host->SetReceiver(portId, dataRecv) : NoHost();
  });
}

uint32_t Engine::GetGraphId() const {
  EngineHost* const host = PublicAccess::HostOf(*this);
  return host != nullptr ? host->graph().id() : 0;
}

uint32_t Engine::GetEngineId() const {
  const EngineHost* const host = PublicAccess::HostOf(*this);
  return host != nullptr ? host->id() : 0;
}

std::string Engine::GetEngineName() const {
  return openmatrix::GuardValue<std::string>([this] {
    const EngineHost* const host = PublicAccess::HostOf(*this);
    return host != nullptr ? host->plan().name : std::string();
  });
}

uint64_t Engine::GetReqId() const { return openmatrix::t_request_id; }

uint64_t Engine::GetJobId() const { return 0; }

OAMConfigDef* Engine::GetOamConfig() {
  EngineHost* const host = PublicAccess::HostOf(*this);
  return host != nullptr ? &host->oam() : nullptr;
}

uint32_t Engine::GetQueueMaxSize() const {
  const EngineHost* const host = PublicAccess::HostOf(*this);
  return host != nullptr ? host->plan().queue_size : 0;
}

uint32_t Engine::GetQueueCurrentSize(const uint32_t portID) const {
  EngineHost* const host = PublicAccess::HostOf(*this);
  const openmatrix::Mailbox* const mailbox = host != nullptr ? host->mailbox() : nullptr;
  return mailbox != nullptr && portID < mailbox->ports() ? mailbox->Size(portID) : 0;
}

HIAI_StatusT Engine::InitQueue(const uint32_t& inPortNum, const uint32_t& outPortNum) {
  return Guard([&]() -> Status {
    EngineHost* const host = PublicAccess::HostOf(*this);
    return host != nullptr ? host->SetPorts(inPortNum, outPortNum) : NoHost();
  });
}

}  // namespace hiai
