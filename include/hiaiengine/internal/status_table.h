// The status codes of the library, one row each: name, module, level, text. The position of a row
// is its code index, so rows are never moved; new ones go to the end.
//
// Not for direct use: hiaiengine/status.h makes enumerators and constants of it, and the library
// reads the texts from it.
#pragma once

// clang-format off
#define OPENMATRIX_STATUS_TABLE(X) \
  X(HIAI_OK, MODID_GRAPH, HIAI_INFO, "success") \
  X(HIAI_DEBUG_INFO, MODID_GRAPH, HIAI_DEBUG, "tag for debug-level log lines") \
  X(HIAI_GRAPH_WARNING, MODID_GRAPH, HIAI_WARNING, "generic graph warning tag") \
  X(HIAI_GRAPH_OK, MODID_GRAPH, HIAI_INFO, "graph-level success/info tag") \
  X(HIAI_GRAPH_GET_INSTANCE_NULL, MODID_GRAPH, HIAI_ERROR, \
    "no instance: the look-up of a graph or another singleton gave null") \
  X(HIAI_GRAPH_INIT_FAILED, MODID_GRAPH, HIAI_ERROR, "graph could not be initialised") \
  X(HIAI_GRAPH_ID_EXIST, MODID_GRAPH, HIAI_ERROR, "creating a graph whose id is already in use") \
  X(HIAI_GRAPH_SENDMSG_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "host/device link refused or lost the message") \
  X(HIAI_GRAPH_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "no graph (context) with that id") \
  X(HIAI_GRAPH_SEARFUNC_IS_NULL, MODID_GRAPH, HIAI_ERROR, \
    "no serializer registered for the message name") \
  X(HIAI_GRAPH_ENGINE_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "target engine id not in graph") \
  X(HIAI_GRAPH_START_TIMEOUT, MODID_GRAPH, HIAI_ERROR, "graph start did not finish in time") \
  X(HIAI_GRAPH_DESTROY_TIMEOUT, MODID_GRAPH, HIAI_ERROR, "graph teardown did not finish in time") \
  X(HIAI_GRAPH_ENGINE_DESTROY_FAILED, MODID_GRAPH, HIAI_ERROR, "an engine failed to stop/destroy") \
  X(HIAI_GRAPH_ENGINE_IS_NULL, MODID_GRAPH, HIAI_ERROR, \
    "engine id known but object pointer is null") \
  X(HIAI_GRAPH_ENGINE_START_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "engine worker threads could not start") \
  X(HIAI_GRAPH_ENGINE_ID_SAME, MODID_GRAPH, HIAI_ERROR, \
    "configuration lists the same engine id twice") \
  X(HIAI_GRAPH_ENGINE_INIT_FAILED, MODID_GRAPH, HIAI_ERROR, "engine Init returned failure") \
  X(HIAI_GRAPH_ENGINE_NOT_INITIALED, MODID_GRAPH, HIAI_ERROR, "engine used before initialisation") \
  X(HIAI_GRAPH_CONNECT_ID_ERROR, MODID_GRAPH, HIAI_ERROR, "a connects entry refers to a bad id") \
  X(HIAI_GRAPH_LOADSO_ERROR, MODID_GRAPH, HIAI_ERROR, "engine shared library could not be loaded") \
  X(HIAI_GRAPH_MODEL_PATH_WARNING, MODID_GRAPH, HIAI_WARNING, "model path in config looks wrong") \
  X(HIAI_GRAPH_SRC_PORT_NOT_EXIST, MODID_GRAPH, HIAI_WARNING, \
    "sending engine port has no connection/callback") \
  X(HIAI_GRAPH_CREATE_ENGINE_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "engine factory returned null for the name") \
  X(HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL, MODID_GRAPH, HIAI_ERROR, \
    "C receive callback argument is null") \
  X(HIAI_GRAPH_CONVCFUNC_IS_NULL, MODID_GRAPH, HIAI_ERROR, \
    "no raw-pointer converter registered for the name") \
  X(HIAI_GRAPH_PROTO_FILE_PARSE_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "graph config text could not be parsed") \
  X(HIAI_GRAPH_REMOVE_DIR_FAILED, MODID_GRAPH, HIAI_ERROR, "directory removal failed") \
  X(HIAI_GRAPH_CREATE_DIR_FAILED, MODID_GRAPH, HIAI_ERROR, "directory creation failed") \
  X(HIAI_GRAPH_CREATE_DIR_TIMEOUT, MODID_GRAPH, HIAI_ERROR, "directory creation timed out") \
  X(HIAI_GRAPH_NOT_FOND_MEMORY, MODID_GRAPH, HIAI_ERROR, "not the address of a live block") \
  X(HIAI_GRAPH_WRONG_MEMORY_END, MODID_GRAPH, HIAI_ERROR, "block end marker/boundary is corrupt") \
  X(HIAI_GRAPH_WRONG_MEMORY_TYPE, MODID_GRAPH, HIAI_ERROR, \
    "block belongs to another kind of memory") \
  X(HIAI_GRAPH_NO_USEFUL_MEMORY, MODID_GRAPH, HIAI_ERROR, \
    "no transfer buffer or receiver capacity available") \
  X(HIAI_GRAPH_PA_VA_NOT_MATCH, MODID_GRAPH, HIAI_ERROR, "physical and virtual address disagree") \
  X(HIAI_GRAPH_RELEASE_WRONG_ADDR, MODID_GRAPH, HIAI_ERROR, "release called with a wrong address") \
  X(HIAI_GRAPH_INVALID_VALUE, MODID_GRAPH, HIAI_ERROR, "an argument is not acceptable") \
  X(HIAI_GRAPH_GET_PA_ADDR_FAILED, MODID_GRAPH, HIAI_ERROR, "could not obtain a physical address") \
  X(HIAI_GRAPH_ALLOC_BUFFER_FAILED, MODID_GRAPH, HIAI_ERROR, "buffer allocation failed") \
  X(HIAI_GRAPH_FREE_HDC_BUFFER_FAILED, MODID_GRAPH, HIAI_ERROR, "link buffer could not be freed") \
  X(HIAI_GRAPH_NO_MEMORY, MODID_GRAPH, HIAI_ERROR, "no memory came back in time") \
  X(HIAI_GRAPH_MEMORY_POOL_INITED, MODID_GRAPH, HIAI_ERROR, "pool was initialised already") \
  X(HIAI_GRAPH_MEMORY_POOL_NOT_EXISTED, MODID_GRAPH, HIAI_ERROR, "pool has not been created") \
  X(HIAI_MEMORY_NOT_SUPPORT, MODID_GRAPH, HIAI_ERROR, \
    "not supported for this kind of memory on this side") \
  X(HIAI_GRAPH_TARGET_SIZE_ENOUGH, MODID_GRAPH, HIAI_ERROR, "target buffer is too small") \
  X(HIAI_GRAPH_MALLOC_SMALLER, MODID_GRAPH, HIAI_ERROR, \
    "request is below the minimum of the pool") \
  X(HIAI_GRAPH_MALLOC_LARGER, MODID_GRAPH, HIAI_ERROR, "request exceeds the largest block") \
  X(HIAI_GRAPH_DATA_SIZE_WRONG, MODID_GRAPH, HIAI_ERROR, "data size is not valid") \
  X(HIAI_MEMORY_POOL_UPDATE_FAILED, MODID_GRAPH, HIAI_ERROR, "pool could not grow") \
  X(HIAI_PROFILE_WRONG_FILE_PATH, MODID_GRAPH, HIAI_ERROR, "profiling file path is wrong") \
  X(HIAI_QUEUE_STOPPED, MODID_ENGINE, HIAI_INFO, "queue closed while waiting") \
  X(HIAI_QUEUE_POP_FAILED, MODID_ENGINE, HIAI_INFO, "taking from a queue failed") \
  X(HIAI_QUEUE_PUSH_FAILED, MODID_ENGINE, HIAI_INFO, "putting on a queue failed") \
  X(HIAI_ENGINE_WAIT_TIMEOUT, MODID_ENGINE, HIAI_INFO, "engine waited for input and timed out") \
  X(HIAI_INVALID_SO, MODID_ENGINE, HIAI_ERROR, "library file is not valid") \
  X(HIAI_MISS_CONFIG_FILE, MODID_ENGINE, HIAI_ERROR, "config file missing") \
  X(HIAI_THREAD_NULL, MODID_ENGINE, HIAI_ERROR, "worker thread could not be made") \
  X(HIAI_OUT_OF_RANGE, MODID_ENGINE, HIAI_ERROR, "thread count or priority outside limits") \
  X(HIAI_ENGINE_NULL_POINTER, MODID_ENGINE, HIAI_ERROR, "null pointer passed to an engine call") \
  X(HIAI_PORT_ID_ERROR, MODID_ENGINE, HIAI_ERROR, "port number not valid for the engine") \
  X(HIAI_QUEUE_NOT_FIND, MODID_ENGINE, HIAI_ERROR, "no queue for that port") \
  X(HIAI_QUEUE_CREATE_FAILED, MODID_ENGINE, HIAI_ERROR, "queue creation failed") \
  X(HIAI_QUEUE_FULL, MODID_ENGINE, HIAI_ERROR, "the queue of the receiver is full") \
  X(HIAI_QUEUE_EMPTY, MODID_ENGINE, HIAI_ERROR, "queue has nothing") \
  X(HIAI_NOT_SET_SAVE_INTERFACE, MODID_ENGINE, HIAI_ERROR, \
    "no receive callback set on the output port") \
  X(HIAI_ENGINE_RUN_ARGS_NOT_RIGHT, MODID_ENGINE, HIAI_ERROR, \
    "Run got fewer arguments than input ports") \
  X(HIAI_CHECK_ENGIN_DESC_ERROR, MODID_ENGINE, HIAI_ERROR, "engine description failed validation") \
  X(HIAI_EXCEED_MAX_THREAD, MODID_ENGINE, HIAI_ERROR, "too many threads requested") \
  X(HIAI_WRONG_PRIORITY, MODID_ENGINE, HIAI_ERROR, "thread priority invalid") \
  X(HIAI_JOIN_TASK_ERROR, MODID_ENGINE, HIAI_ERROR, "worker thread join failed") \
  X(HIAI_ENGINE_FUNCTOR_NULL, MODID_ENGINE, HIAI_ERROR, "registering a null function") \
  X(HIAI_ENGINE_FUNCTOR_EXIST, MODID_ENGINE, HIAI_WARNING, "the name is registered already") \
  X(HIAI_ENGINE_TIME_NOT_EQUAL, MODID_ENGINE, HIAI_ERROR, "profiling timestamps do not pair up") \
  X(HIAI_ENGINE_CREATE_TASK_FAILED, MODID_ENGINE, HIAI_ERROR, "engine task creation failed") \
  X(HIAI_WARNING_SET_THREAD_NAME_FAILED, MODID_ENGINE, HIAI_WARNING, \
    "could not name a worker thread") \
  X(HIAI_HDC_INFO, MODID_HDC, HIAI_INFO, "link info tag") \
  X(HIAI_HDC_OK, MODID_HDC, HIAI_ERROR, "link is in order") \
  X(HIAI_HDC_WARNING, MODID_HDC, HIAI_WARNING, "link warning tag") \
  X(HIAI_HDC_SEND_MSG_ERROR, MODID_HDC, HIAI_ERROR, "link message send failed") \
  X(HIAI_HDC_SEND_ERROR, MODID_HDC, HIAI_ERROR, "link raw send failed") \
  X(HIAI_HDC_RECV_MSG_ERROR, MODID_HDC, HIAI_ERROR, "link receive failed") \
  X(HIAI_HDC_CLT_SEND_HEART_DETECT_ERROR, MODID_HDC, HIAI_ERROR, \
    "client could not send its heartbeat") \
  X(HIAI_HDC_SRV_INIT_ERROR, MODID_HDC, HIAI_ERROR, "link server init failed") \
  X(HIAI_HDC_SRV_CREATE_ERROR, MODID_HDC, HIAI_ERROR, "link server create failed") \
  X(HIAI_HDC_SRV_DESTROY_ERROR, MODID_HDC, HIAI_ERROR, "link server destroy failed") \
  X(HIAI_HDC_SRV_ACCEPT_ERROR, MODID_HDC, HIAI_ERROR, "link server accept failed") \
  X(HIAI_HDC_SRV_CLOSED_ERROR, MODID_HDC, HIAI_ERROR, "link server is closed") \
  X(HIAI_HDC_SRV_CLOSE_CHILD_SESSION_ERROR, MODID_HDC, HIAI_ERROR, \
    "closing an accepted session failed") \
  X(HIAI_HDC_SRV_CLOSE_SERVER_SESSION_ERROR, MODID_HDC, HIAI_ERROR, \
    "closing the listening session failed") \
  X(HIAI_HDC_SRV_HEART_BEAT_TIMEOUT, MODID_HDC, HIAI_ERROR, "peer heartbeat missed its deadline") \
  X(HIAI_HDC_CLT_UNINIT_ERROR, MODID_HDC, HIAI_ERROR, "link client teardown failed") \
  X(HIAI_HDC_CLT_INIT_ERROR, MODID_HDC, HIAI_ERROR, "link client init failed") \
  X(HIAI_MESSAGE_PARSE_ERROR, MODID_HDC, HIAI_ERROR, "received message malformed") \
  X(HIAI_HDC_SEG_SIZE_ERROR, MODID_HDC, HIAI_ERROR, "segment size invalid") \
  X(HIAI_HDC_INPUT_PARAM_ERROR, MODID_HDC, HIAI_ERROR, "bad argument to link layer") \
  X(HIAI_HDC_DRV_ERROR, MODID_HDC, HIAI_ERROR, "driver reported failure") \
  X(HIAI_HDC_GET_INSTANCE_NULL, MODID_HDC, HIAI_ERROR, "link server singleton missing") \
  X(HIAI_PPC_WARNING, MODID_PPC, HIAI_WARNING, "process-to-process warning tag") \
  X(HIAI_PPC_DRIVER_INIT_FAIL, MODID_PPC, HIAI_ERROR, "inter-process driver init failed") \
  X(HIAI_PPC_SERVER_CLIENT_CREATE_FAIL, MODID_PPC, HIAI_ERROR, \
    "inter-process server/client create failed") \
  X(HIAI_PPC_SERVER_CLIENT_DESTORY_FAIL, MODID_PPC, HIAI_ERROR, \
    "inter-process server/client destroy failed") \
  X(HIAI_PPC_SERVER_CLOSE, MODID_PPC, HIAI_ERROR, "inter-process server closed") \
  X(HIAI_PPC_GET_SET_MSG_BUFFER_FAIL, MODID_PPC, HIAI_ERROR, \
    "inter-process buffer get/set failed") \
  X(HIAI_PPC_SESSION_CONNECT_FAIL, MODID_PPC, HIAI_ERROR, "inter-process connect failed") \
  X(HIAI_PPC_SESSION_NOT_EXISTED, MODID_PPC, HIAI_ERROR, "inter-process session missing") \
  X(HIAI_PPC_SEND_RECEIVE_MSG_FAIL, MODID_PPC, HIAI_ERROR, "inter-process send/receive failed") \
  X(HIAI_PPC_MSG_FREE_FAIL, MODID_PPC, HIAI_ERROR, "inter-process message free failed") \
  X(HIAI_PPC_ALLOC_MSG_FAIL, MODID_PPC, HIAI_ERROR, "inter-process message allocation failed") \
  X(HIAI_PPC_MSG_LEN_NOT_MATCH, MODID_PPC, HIAI_ERROR, "inter-process length mismatch") \
  X(HIAI_PPC_MSG_BUF_NULL, MODID_PPC, HIAI_ERROR, "inter-process buffer null") \
  X(HIAI_INIT_FAIL, MODID_OTHER, HIAI_ERROR, "initialisation failed, or not done yet") \
  X(HIAI_HDC_INTERNAL_ERROR, MODID_OTHER, HIAI_ERROR, "link internal failure") \
  X(HIAI_DAEMON_INFO, MODID_OTHER, HIAI_INFO, "daemon info tag") \
  X(HIAI_DAEMON_ERROR, MODID_OTHER, HIAI_INFO, "daemon error tag") \
  X(HIAI_DAEMON_SETUP_FAILED, MODID_OTHER, HIAI_ERROR, "device daemon could not start") \
  X(HIAI_DAEMON_CREATE_HDC_ERROR, MODID_OTHER, HIAI_ERROR, "daemon could not open the link") \
  X(HIAI_DAEMON_BIND_CORE_ERROR, MODID_OTHER, HIAI_ERROR, "daemon could not pin to a core") \
  X(HIAI_NOTIFY_DAEMON_READY_ERROR, MODID_OTHER, HIAI_ERROR, "could not signal daemon ready") \
  X(HIAI_BBOX_SET_COREDUMP_FILEPATH_FAILED, MODID_OTHER, HIAI_ERROR, \
    "core-dump path setting failed") \
  X(HIAI_BBOX_SET_COREDUMP_FILECOUNT_FAILED, MODID_OTHER, HIAI_ERROR, \
    "core-dump count setting failed") \
  X(HIAI_BBOX_REMOVE_COREDUMP_FILE_FAILED, MODID_OTHER, HIAI_ERROR, \
    "old core-dump removal failed") \
  X(HIAI_BBOX_REGISTERSIGNAL_FAILED, MODID_OTHER, HIAI_ERROR, "signal hook registration failed") \
  X(HIAI_BBOX_COREDUMP_FILE, MODID_OTHER, HIAI_INFO, "core-dump info tag") \
  X(HIAI_BBOX_LOAD_SYMBOL_FAILED, MODID_OTHER, HIAI_WARNING, \
    "crash recorder library not loadable") \
  X(HIAI_PROFILE_INFO, MODID_PROFILE, HIAI_INFO, "profiling info tag") \
  X(HIAI_PROFILE_PRINT_PATH_INFO, MODID_PROFILE, HIAI_INFO, "profiling path info tag") \
  X(HIAI_PROFILE_PRINT_FOLDER_ERROR, MODID_PROFILE, HIAI_ERROR, "profiling folder not writable") \
  X(HIAI_PROFILE_PRINT_FILE_ERROR, MODID_PROFILE, HIAI_ERROR, "profiling file not writable") \
  X(HIAI_GRAPH_GET_VERSION_ERROR, MODID_GRAPH, HIAI_ERROR, "API version query failed") \
  X(HIAI_GRAPH_GET_DEVNUM_ERROR, MODID_GRAPH, HIAI_ERROR, "device count query failed") \
  X(HIAI_GRAPH_GET_GRAPHID_ERROR, MODID_GRAPH, HIAI_ERROR, "no further graph id") \
  X(HIAI_GRAPH_GET_DEVID_ERROR, MODID_GRAPH, HIAI_ERROR, "no further device id") \
  X(HIAI_GRAPH_GET_PCIEINFO_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "PCIe query failed or null out-pointer") \
  X(HIAI_GRAPH_HDC_CLIENT_ERROR, MODID_GRAPH, HIAI_ERROR, "link client failed") \
  X(HIAI_GRAPH_START_PPC_SERVER_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "inter-process server start failed") \
  X(HIAI_GRAPH_MAP_BUFFER_ERROR, MODID_GRAPH, HIAI_ERROR, "DMA buffer mapping failed") \
  X(HIAI_GRAPH_MMAP_ERROR, MODID_GRAPH, HIAI_ERROR, "mmap failed") \
  X(HIAI_GRAPH_UPDATE_CONFIG_FAILED, MODID_GRAPH, HIAI_ERROR, "engine config update failed") \
  X(HIAI_FILE_SIZE_TOO_LARGE, MODID_GRAPH, HIAI_ERROR, "file too large") \
  X(HIAI_FILE_INVALID_PATH, MODID_GRAPH, HIAI_ERROR, "file path not acceptable") \
  X(HIAI_FILE_INVALID_NAME, MODID_GRAPH, HIAI_ERROR, "file name not acceptable") \
  X(HIAI_MEMORY_EXHAUSTED, MODID_GRAPH, HIAI_ERROR, "the process ran out of ordinary memory") \
  X(HIAI_INTERGER_REVERSED, MODID_GRAPH, HIAI_ERROR, "integer wrapped around") \
  X(HIAI_GRAPH_MESSAGE_NULL, MODID_GRAPH, HIAI_ERROR, "message pointer is null") \
  X(HIAI_PROFILE_SET_FAILED, MODID_GRAPH, HIAI_ERROR, "profiling settings not applied") \
  X(HIAI_REPEATED_GRAPH, MODID_GRAPH, HIAI_ERROR, "same graph given twice") \
  X(HIAI_REPEATED_ENGINE, MODID_GRAPH, HIAI_ERROR, "same engine given twice") \
  X(HIAI_PORT_ID_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "port id unknown") \
  X(HIAI_ENGINE_ID_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "engine id unknown") \
  X(HIAI_GRAPH_ID_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "graph id unknown") \
  X(HIAI_FILE_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "file missing") \
  X(HIAI_GRAPH_CREATE_FILE_FAIL, MODID_GRAPH, HIAI_ERROR, "file create failed") \
  X(HIAI_GRAPH_OPEN_FILE_FAIL, MODID_GRAPH, HIAI_ERROR, "file open failed") \
  X(HIAI_GRAPH_READ_FILE_FAIL, MODID_GRAPH, HIAI_ERROR, "file read failed") \
  X(HIAI_GRAPH_WRTIE_FILE_FAIL, MODID_GRAPH, HIAI_ERROR, "file write failed") \
  X(HIAI_GRAPH_CLOSE_FILE_FAIL, MODID_GRAPH, HIAI_ERROR, "file close failed") \
  X(HIAI_GRAPH_ALREADY_USED_IN_ANOTHER_PROCESS, MODID_GRAPH, HIAI_ERROR, \
    "working directory held by another process") \
  X(HIAI_HDC_SESSION_DEAD, MODID_HDC, HIAI_ERROR, "link session died") \
  X(HIAI_NPU_POWER_OFF, MODID_HDC, HIAI_WARNING, "accelerator is powered off") \
  X(HIAI_POWER_STATE_CALLBACK_REGISTER_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "power callback could not be (un)registered") \
  X(HIAI_POWER_STATE_CALLBACK_PROCESS_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "a power callback returned failure") \
  X(HIAI_POWER_STATE_DUPLICATE_CALLBACK, MODID_GRAPH, HIAI_ERROR, \
    "same power callback registered twice") \
  X(HIAI_DEVICE_POWER_STATE, MODID_HDC, HIAI_INFO, "device power-state info tag") \
  X(HIAI_MEMORY_STATUS_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "the block is in the wrong state for this call") \
  X(HIAI_TRAN_UNKNOWN_RSP, MODID_GRAPH, HIAI_ERROR, "unexpected transaction reply") \
  X(HIAI_TRAN_TIMEOUT, MODID_GRAPH, HIAI_ERROR, "transaction timed out") \
  X(HIAI_TRAN_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "transaction id unknown") \
  X(HIAI_GRAPH_REMOVE_FILE_FAILED, MODID_GRAPH, HIAI_ERROR, "file removal failed") \
  X(HIAI_MEMORY_POOL_INVALID_ADDR, MODID_GRAPH, HIAI_ERROR, "address not inside the pool") \
  X(HIAI_MEMORY_POOL_RESIZE_FAILED, MODID_GRAPH, HIAI_ERROR, "pool resize failed") \
  X(HIAI_GRAPH_MEMORY_POOL_INIT_FAILED, MODID_GRAPH, HIAI_ERROR, "pool initialisation failed") \
  X(HIAI_GRAPH_HDC_MEMORY_ADDR_NOT_ALIGN, MODID_GRAPH, HIAI_ERROR, \
    "pool/transfer address misaligned") \
  X(HIAI_GRAPH_MEMORY_POOL_STOPPED, MODID_GRAPH, HIAI_INFO, "the pool has been stopped") \
  X(HIAI_GRAPH_SET_PUBLIC_KEY_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "signature public key not accepted") \
  X(HIAI_GRAPH_HARDWARE_DECRYPTION_FAILED, MODID_GRAPH, HIAI_ERROR, "hardware decryption failed") \
  X(HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "library signature check failed") \
  X(HIAI_GRAPH_READ_BIN_FAILED, MODID_GRAPH, HIAI_ERROR, "binary file read failed") \
  X(HIAI_EXCEPTION, MODID_GRAPH, HIAI_ERROR, "an exception was caught") \
  X(HIAI_USER_INPUT_TENSOR_SIZE_TOO_LARGE, MODID_GRAPH, HIAI_ERROR, \
    "too many/too big tensor dimensions given") \
  X(HIAI_GET_ENGINE_FAILED, MODID_GRAPH, HIAI_ERROR, "engine lookup returned null") \
  X(HIAI_CHECK_UPDATE_CONFIG_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "dynamic update config failed validation") \
  X(HIAI_POWER_STATE_CALLBACK_REGISTER_WARNING, MODID_GRAPH, HIAI_WARNING, \
    "unsubscribing a callback never subscribed") \
  X(HIAI_PY_NOT_INITIALNIZED, MODID_GRAPH, HIAI_ERROR, "Python runtime not initialised") \
  X(HIAI_PY_DATA_RECV_CALLBACK_NULL, MODID_GRAPH, HIAI_ERROR, "Python receive callback null") \
  X(HIAI_PY_DATA_RECV_MESSAGE_NULL, MODID_GRAPH, HIAI_ERROR, "Python receive message null") \
  X(HIAI_PY_DATA_RECV_CALLBACK_UNCALLABLE, MODID_GRAPH, HIAI_ERROR, \
    "Python receive callback not callable") \
  X(HIAI_PY_DATA_RECV_CALLBACK_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "Python receive callback returned nothing") \
  X(HIAI_DFREE_FAILED, MODID_GRAPH, HIAI_ERROR, "free of a DMalloc block failed") \
  X(HIAI_BUFFER_SIZE_OVER_DMALLOC_SIZE, MODID_GRAPH, HIAI_ERROR, \
    "length sent exceeds the allocated block") \
  X(HIAI_SYS_FREE_MEMORY_WARNING, MODID_GRAPH, HIAI_WARNING, "system free memory is low") \
  X(HIAI_NNTENSORLIST_TO_PYTHON_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "tensor list to Python conversion failed") \
  X(HIAI_NNTENSORLIST_TO_CPLUSPLUS_ERROR, MODID_GRAPH, HIAI_ERROR, \
    "tensor list from Python conversion failed") \
  X(HIAI_MMAP_MAP_ITEM_NOT_EXIST, MODID_GRAPH, HIAI_ERROR, "mapping not in the map table") \
  X(HIAI_MMAP_MAP_ERASE_FAILED, MODID_GRAPH, HIAI_ERROR, "mapping could not be erased from table") \
  X(HIAI_MUNMAP_FAILED, MODID_GRAPH, HIAI_ERROR, "munmap failed") \
  X(HIAI_MMAP_MAP_INSERT_FAILED, MODID_GRAPH, HIAI_ERROR, "mapping could not be added to table") \
  X(HIAI_UNPACK_AI_FILE_FAILED, MODID_GRAPH, HIAI_ERROR, \
    "packed model archive could not be unpacked")
// clang-format on
