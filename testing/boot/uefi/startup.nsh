@echo -off
echo "flint-shell: script begins"
ver
map
if exist fs0:\notes.txt then
  type fs0:\notes.txt
endif
cp fs0:\notes.txt fs0:\copy.txt
ls fs0:\
comp fs0:\notes.txt fs0:\copy.txt
dh -p BlockIo
echo "flint-shell: script ends"
reset -s
