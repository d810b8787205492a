# Pickles and archives that attack a naive reader, as those who look for such files keep them: each is refused
# with its own words, or read where it is only weights. None is run, whatever it says.
. "$root/tests/cli/lib.sh"

data=$root/../shared/data
if [ ! -d "$data/hostile-pickle" ] || [ ! -d "$data/hostile-modelaudit" ]; then
    skip "../shared/data/hostile-pickle is not here"
    finish
    exit
fi

# STATUS, a word of the message (~ is a space), FILE.
while read -r status word file; do
    if [ "$status" = 0 ]; then
        ok inspect "$data/$file"
        contains "$file" "$T/out" "${word//\~/ }"
    else
        no "$status" "${word//\~/ }" inspect "$data/$file"
    fi
    echo "$data/$file" >>"$T/listed"
done <<'EOF'
5 by~its~name:~opcode~0x50 hostile-pickle/picklescan/data/bad_pytorch.pt
5 opcode~0x70 hostile-pickle/picklescan/data/benign0_v0.pkl
5 plain~values hostile-pickle/picklescan/data/benign0_v3.pkl
5 plain~values hostile-pickle/picklescan/data/benign0_v4.pkl
5 encrypted hostile-pickle/picklescan/data/benign_password_protected.zip
5 'builtins.exec' hostile-pickle/picklescan/data/broken_model.pkl
5 opcode~0x56 hostile-pickle/picklescan/data/malicious-invalid-bytes.pkl
5 '__builtin__.globals' hostile-pickle/picklescan/data/malicious0.pkl
5 neither hostile-pickle/picklescan/data/malicious1.7z
5 'builtins.eval' hostile-pickle/picklescan/data/malicious1.zip
5 opcode~0x53 hostile-pickle/picklescan/data/malicious10.pkl
5 opcode~0x56 hostile-pickle/picklescan/data/malicious11.pkl
5 'operator.attrgetter' hostile-pickle/picklescan/data/malicious12.pkl
5 'pickle.loads' hostile-pickle/picklescan/data/malicious13a.pkl
5 '_pickle.loads' hostile-pickle/picklescan/data/malicious13b.pkl
5 'runpy._run_code' hostile-pickle/picklescan/data/malicious14.pkl
5 '__builtin__.getattr' hostile-pickle/picklescan/data/malicious15a.pkl
5 'bdb.Bdb.run' hostile-pickle/picklescan/data/malicious15b.pkl
5 'pip.main' hostile-pickle/picklescan/data/malicious16.pkl
5 'torch._inductor.codecache.compile_file' hostile-pickle/picklescan/data/malicious17.pkl
5 'pydoc.pipepager' hostile-pickle/picklescan/data/malicious18.pkl
5 'functools.partial' hostile-pickle/picklescan/data/malicious19.pkl
5 encrypted hostile-pickle/picklescan/data/malicious1_0x1.zip
5 a~patch hostile-pickle/picklescan/data/malicious1_0x20.zip
5 encrypted hostile-pickle/picklescan/data/malicious1_0x40.zip
4 local~header hostile-pickle/picklescan/data/malicious1_central_directory.zip
5 '__builtin__.eval' hostile-pickle/picklescan/data/malicious1_v0.pkl
5 'builtins.eval' hostile-pickle/picklescan/data/malicious1_v3.pkl
5 'builtins.eval' hostile-pickle/picklescan/data/malicious1_v4.pkl
5 no~data.pkl hostile-pickle/picklescan/data/malicious1_wrong_ext.zip
5 'venv.create' hostile-pickle/picklescan/data/malicious20.pkl
5 'posix.system' hostile-pickle/picklescan/data/malicious2_v0.pkl
5 'posix.system' hostile-pickle/picklescan/data/malicious2_v3.pkl
5 'posix.system' hostile-pickle/picklescan/data/malicious2_v4.pkl
5 'httplib.HTTPSConnection' hostile-pickle/picklescan/data/malicious3.pkl
5 'requests.api.get' hostile-pickle/picklescan/data/malicious4.pickle
5 'aiohttp.client.ClientSession' hostile-pickle/picklescan/data/malicious5.pickle
5 plain~values hostile-pickle/picklescan/data/malicious6.pkl
5 'socket.create_connection' hostile-pickle/picklescan/data/malicious7.pkl
5 'subprocess.run' hostile-pickle/picklescan/data/malicious8.pkl
5 'sys.exit' hostile-pickle/picklescan/data/malicious9.pkl
5 something~else hostile-pickle/picklescan/data/new_pytorch_model.bin
5 'mod.\xf8' hostile-pickle/picklescan/data/not_a_pickle.bin
5 '__builtin__.eval' hostile-pickle/picklescan/data/pytorch_magic_bypass.pt
0 38~tensors hostile-pickle/picklescan/data/pytorch_model.bin
5 opcode~0x56 hostile-pickle/picklescan/data/sys_module_override_sploit.pkl
5 'idlelib.pyshell.ModifiedInterpreter.runcode' hostile-pickle/picklescan/data2/GHSA-3gf5-cxq9-w223.pkl
5 'idlelib.debugobj.ObjectTreeItem.SetText' hostile-pickle/picklescan/data2/GHSA-3vg9-h568-4w9m.pkl
5 'ctypes.CDLL' hostile-pickle/picklescan/data2/GHSA-4675-36f9-wf6r.pkl
5 'builtins.__import__' hostile-pickle/picklescan/data2/GHSA-46h3-79wf-xr6c.pkl
5 'cProfile.run' hostile-pickle/picklescan/data2/GHSA-49gj-c84q-6qm9.pkl
5 'torch.utils.bottleneck.__main__.run_cprofile' hostile-pickle/picklescan/data2/GHSA-4r9r-ch6f-vxmx.pkl
5 'torch.utils.bottleneck.__main__.run_autograd_prof' hostile-pickle/picklescan/data2/GHSA-4whj-rm5r-c2v8.pkl
5 'trace.Trace.run' hostile-pickle/picklescan/data2/GHSA-5qwp-399c-mjwf.pkl
5 'profile.Profile.runctx' hostile-pickle/picklescan/data2/GHSA-6vqj-c2q5-j97w.pkl
5 'idlelib.autocomplete.AutoComplete.get_entity' hostile-pickle/picklescan/data2/GHSA-6w4w-5w54-rjvr.pkl
5 'idlelib.autocomplete.AutoComplete.fetch_completions' hostile-pickle/picklescan/data2/GHSA-7cq8-mj8x-j263.pkl
5 'profile.run' hostile-pickle/picklescan/data2/GHSA-7wx9-6375-f5wh.pkl
5 'operator.methodcaller' hostile-pickle/picklescan/data2/GHSA-84r2-jw7c-4r5q.pkl
5 'torch._dynamo.guards.GuardBuilder.get' hostile-pickle/picklescan/data2/GHSA-86cj-95qr-2p4f.pkl
5 'idlelib.calltip.Calltip.fetch_tip' hostile-pickle/picklescan/data2/GHSA-8r4j-24qv-fmq9.pkl
5 'builtins.__import__' hostile-pickle/picklescan/data2/GHSA-955r-x9j8-7rhh.pkl
5 'cProfile.runctx' hostile-pickle/picklescan/data2/GHSA-9w88-8rmg-7g2p.pkl
5 'idlelib.calltip.get_entity' hostile-pickle/picklescan/data2/GHSA-9xph-j2h6-g47v.pkl
5 'code.InteractiveInterpreter.runcode' hostile-pickle/picklescan/data2/GHSA-cj3c-v495-4xqh.pkl
5 'torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression' hostile-pickle/picklescan/data2/GHSA-f4x7-rfwp-v3xw.pkl
5 'lib2to3.pgen2.grammar.Grammar.loads' hostile-pickle/picklescan/data2/GHSA-f54q-57x4-jg88.pkl
5 'torch.utils.collect_env.run' hostile-pickle/picklescan/data2/GHSA-f745-w6jp-hpxx.pkl
5 'doctest.debug_script' hostile-pickle/picklescan/data2/GHSA-fqq6-7vqf-w3fg.pkl
5 'trace.Trace.runctx' hostile-pickle/picklescan/data2/GHSA-g344-hcph-8vgg.pkl
5 '_aix_support._read_cmd_output' hostile-pickle/picklescan/data2/GHSA-g38g-8gr9-h9xp-aix-support.pkl
5 'imaplib.IMAP4_stream' hostile-pickle/picklescan/data2/GHSA-g38g-8gr9-h9xp-imaplib.pkl
5 '_osx_support._read_output' hostile-pickle/picklescan/data2/GHSA-g38g-8gr9-h9xp-osx-support.pkl
5 '_pyrepl.pager.pipe_pager' hostile-pickle/picklescan/data2/GHSA-g38g-8gr9-h9xp-pyrepl-pager.pkl
5 'test.support.script_helper.assert_python_ok' hostile-pickle/picklescan/data2/GHSA-g38g-8gr9-h9xp-test.pkl
5 'uuid._get_command_stdout' hostile-pickle/picklescan/data2/GHSA-g38g-8gr9-h9xp-uuid.pkl
5 'torch.utils.data.datapipes.utils.decoder.basichandlers' hostile-pickle/picklescan/data2/GHSA-h3qp-7fh3-f8h4.pkl
5 'idlelib.pyshell.ModifiedInterpreter.runcommand' hostile-pickle/picklescan/data2/GHSA-j343-8v2j-ff7w.pkl
5 'asyncio.unix_events._UnixSubprocessTransport._start' hostile-pickle/picklescan/data2/GHSA-jgw4-cr84-mqxg.bin
5 'torch.utils.collect_env.run_and_read_all' hostile-pickle/picklescan/data2/GHSA-jhph-76pp-mggw.pkl
5 'distutils.file_util.write_file' hostile-pickle/picklescan/data2/GHSA-m273-6v24-x4m4.pkl
5 'idlelib.run.Executive.runcode' hostile-pickle/picklescan/data2/GHSA-m869-42cg-3xwr.pkl
5 'lib2to3.pgen2.pgen.ParserGenerator.make_label' hostile-pickle/picklescan/data2/GHSA-p9w7-82w4-7q8m.pkl
5 'asyncio.unix_events._UnixSubprocessTransport._start' hostile-pickle/picklescan/data2/GHSA-q77w-mwjj-7mqx.pkl
5 'numpy.f2py.crackfortran.getlincoef' hostile-pickle/picklescan/data2/GHSA-r8g5-cgf2-4m4m.pkl
5 'pty.spawn' hostile-pickle/picklescan/data2/GHSA-vqmv-47xg-9wpr.pkl
5 'torch.jit.unsupported_tensor_ops.execWrapper' hostile-pickle/picklescan/data2/GHSA-vr7h-p6mm-wpmh.pkl
5 'torch.utils._config_module.ConfigModule.load_config' hostile-pickle/picklescan/data2/GHSA-vv6j-3g6g-2pvj.pkl
5 'pkgutil.resolve_name' hostile-pickle/picklescan/data2/GHSA-vvpj-8cmc-gx39.pkl
5 'profile.Profile.run' hostile-pickle/picklescan/data2/GHSA-x696-vm39-cp64.pkl
5 'ensurepip._run_pip' hostile-pickle/picklescan/data2/GHSA-xp4f-hrf8-rxw7.pkl
5 'cloudpickle.cloudpickle._make_function' hostile-pickle/picklescan/data2/cloudpickle_codeinjection.pkl
5 neither hostile-pickle/picklescan/data2/dns_exfiltration.npy
5 neither hostile-pickle/picklescan/data2/int_array.npy
5 no~data.pkl hostile-pickle/picklescan/data2/int_arrays.npz
5 no~data.pkl hostile-pickle/picklescan/data2/int_arrays_compressed.npz
5 '_io.FileIO' hostile-pickle/picklescan/data2/io_FileIO.pkl
5 'os.system' hostile-pickle/picklescan/data2/keyerror-exploit.pkl
5 'logging.FileHandler' hostile-pickle/picklescan/data2/logging_FileHandler.pkl
5 'builtins.eval' hostile-pickle/picklescan/data2/malicious1_crc.zip
5 'timeit.timeit' hostile-pickle/picklescan/data2/malicious21.pkl
5 'numpy.testing._private.utils.runstring' hostile-pickle/picklescan/data2/malicious22.pkl
5 opcode~0x53 hostile-pickle/picklescan/data2/malicious23.pkl
5 neither hostile-pickle/picklescan/data2/object_array.npy
5 no~data.pkl hostile-pickle/picklescan/data2/object_arrays.npz
5 no~data.pkl hostile-pickle/picklescan/data2/object_arrays_compressed.npz
5 'os.system' hostile-pickle/picklescan/data2/type-confusion-exploit.pkl
5 'types.CodeType' hostile-pickle/picklescan/data2/types_CodeType.pkl
5 'urllib.request.urlopen' hostile-pickle/picklescan/data2/urllib_request_urlopen.pkl
5 'os.system' hostile-modelaudit/exploits/exploit1_basic_torch_bypass.pkl
5 'subprocess.call' hostile-modelaudit/exploits/exploit2_advanced_torch_bypass.pkl
5 'os.system' hostile-modelaudit/exploits/exploit3_sophisticated_hybrid.pkl
5 'os.system' hostile-modelaudit/exploits/exploit4_supply_chain_attack.pkl
5 'os.system' hostile-modelaudit/exploits/exploit5_ultra_high_confidence.pkl
5 'os.system' hostile-modelaudit/exploits/exploit6_ordereddict_bypass.pkl
5 'subprocess.Popen' hostile-modelaudit/exploits/exploit7_nested_collections.pkl
5 'torch.Tensor' hostile-modelaudit/exploits/exploit9_manual_construction.pkl
5 'torch.Tensor' hostile-modelaudit/exploits/exploit_ultimate_50pct.pkl
5 'subprocess.call' hostile-modelaudit/pickles/memo_attack.pkl
5 plain~values hostile-modelaudit/pickles/multiple_stream_attack.pkl
4 frame hostile-modelaudit/pickles/nt_alias_attack.pkl
5 'posix.system' hostile-modelaudit/pickles/posix_alias_attack.pkl
5 'posix.system' hostile-modelaudit/pickles/stack_global_attack.pkl
4 stays~inside hostile-modelaudit/samples/archives/path_traversal.zip
5 no~data.pkl hostile-modelaudit/samples/archives/safe_model.zip
5 HDF5 hostile-modelaudit/samples/keras/malicious_lambda.h5
5 HDF5 hostile-modelaudit/samples/keras/safe_model.h5
5 plain~values hostile-modelaudit/samples/pickles/decode_exec_chain.pkl
5 'dill._dill._create_function' hostile-modelaudit/samples/pickles/dill_func.pkl
5 'posix.system' hostile-modelaudit/samples/pickles/evil.pickle
5 plain~values hostile-modelaudit/samples/pickles/malicious_model_realistic.pkl
5 'posix.system' hostile-modelaudit/samples/pickles/malicious_system_call.pkl
5 plain~values hostile-modelaudit/samples/pickles/nested_pickle_base64.pkl
5 plain~values hostile-modelaudit/samples/pickles/nested_pickle_hex.pkl
5 plain~values hostile-modelaudit/samples/pickles/nested_pickle_multistage.pkl
5 plain~values hostile-modelaudit/samples/pickles/nested_pickle_raw.pkl
5 plain~values hostile-modelaudit/samples/pickles/safe_data.pkl
5 plain~values hostile-modelaudit/samples/pickles/safe_large_model.pkl
5 plain~values hostile-modelaudit/samples/pickles/safe_model_with_binary.pkl
5 plain~values hostile-modelaudit/samples/pickles/safe_model_with_encoding.pkl
5 plain~values hostile-modelaudit/samples/pickles/safe_model_with_tokens.pkl
5 plain~values hostile-modelaudit/samples/pickles/safe_nested_structure.pkl
5 plain~values hostile-modelaudit/samples/pickles/simple_nested.pkl
5 'builtins.eval' hostile-modelaudit/samples/pytorch/malicious_eval.pt
5 under~'weights' hostile-modelaudit/samples/pytorch/safe_model.pt
5 neither hostile-modelaudit/samples/tensorflow/malicious_pyfunc/saved_model.pb
5 neither hostile-modelaudit/samples/tensorflow/safe_savedmodel/saved_model.pb
EOF

# One that is in no line would be a file that nobody tries.
find "$data"/hostile-* -type f ! -name 'LICENSE*' ! -name SOURCE.txt | sort >"$T/there"
same "every file is listed" "$(sort "$T/listed" | comm -3 - "$T/there")" ""
same "nothing was written" "$(listing)" ""
finish
