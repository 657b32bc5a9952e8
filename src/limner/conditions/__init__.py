"""What a picture is asked to be: typed attributes, the tensors that stand for their values, and the networks that read them.

attribute.py        what one attribute is: a label, a number, or another kind
label.py number.py  one kind of condition a file: its tensors, what a person may ask for, its encoder
kinds.py            the list of kinds
written.py          conditions as a person writes them, read without PyTorch
values.py           what may be asked of attributes, checked without PyTorch
commas.py           what the commas within numbers are
resolve.py          from what a person asks for to the tensors that a generator takes
dropout.py          leaving conditions out at random while training
"""
