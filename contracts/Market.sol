// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Assets.sol";

interface IOwned {
    function owner() external view returns (address);
}

/// What a listing and an auction share: an owner, who sets a fee and who gets it, and open sales by name.
abstract contract Market is Assets {
    uint256 internal constant WHOLE = 10000;

    address public owner;
    /// Parts of ten thousand, on top of a price.
    uint256 internal _fee;
    address internal _feeRecipient;
    string[] private _open;
    /// Place in the list above, from 1.
    mapping(string => uint256) private _places;
    bool private _entered;

    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error NotOwner();
    error NotAllowed();
    error AddressMissing();
    error FeeTooHigh();
    error Reentered();
    error PaymentWrong();
    error NotOpen();
    error IdTaken();
    error AmountWrong();

    constructor(uint256 fee, address feeRecipient) {
        owner = msg.sender;
        emit OwnershipTransferred(address(0), msg.sender);
        _setFee(fee);
        _setFeeRecipient(feeRecipient);
    }

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner();
        _;
    }

    modifier once() {
        if (_entered) revert Reentered();
        _entered = true;
        _;
        _entered = false;
    }

    function transferOwnership(address to) external onlyOwner {
        if (to == address(0)) revert AddressMissing();
        emit OwnershipTransferred(owner, to);
        owner = to;
    }

    function _setFee(uint256 fee) internal {
        if (fee > WHOLE) revert FeeTooHigh();
        _fee = fee;
    }

    function _setFeeRecipient(address recipient) internal {
        if (recipient == address(0)) revert AddressMissing();
        _feeRecipient = recipient;
    }

    /// An account acts for itself, and the owner of a contract, such as a custody wallet, for that contract.
    function _checkActsFor(address account) internal view {
        if (msg.sender == account) return;
        if (account.code.length == 0) revert NotAllowed();
        try IOwned(account).owner() returns (address of_) {
            if (msg.sender != of_) revert NotAllowed();
        } catch {
            revert NotAllowed();
        }
    }

    function _checkAmount(bool isErc721, uint256 amount) internal pure {
        if (!isErc721 && amount == 0) revert AmountWrong();
    }

    function _add(string memory id) internal {
        _open.push(id);
        _places[id] = _open.length;
    }

    function _remove(string memory id) internal {
        uint256 place = _places[id];
        if (place == 0) revert NotOpen();
        string memory last = _open[_open.length - 1];
        _open[place - 1] = last;
        _places[last] = place;
        _open.pop();
        delete _places[id];
    }

    function _isOpen(string memory id) internal view returns (bool) {
        return _places[id] != 0;
    }

    function _openIds() internal view returns (string[] memory) {
        return _open;
    }
}
