// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Roles.sol";

interface IMultiReceiver {
    function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data)
        external
        returns (bytes4);
    function onERC1155BatchReceived(
        address operator,
        address from,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external returns (bytes4);
}

/// Many kinds of tokens in one contract (EIP-1155). Minters make them, or everyone where the creator says so.
contract Multitoken is Roles {
    string private _uri;
    bool public immutable publicMint;
    mapping(uint256 => mapping(address => uint256)) private _balances;
    mapping(address => mapping(address => bool)) public isApprovedForAll;

    event TransferSingle(
        address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value
    );
    event TransferBatch(
        address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values
    );
    event ApprovalForAll(address indexed account, address indexed operator, bool approved);
    event URI(string value, uint256 indexed id);

    error NotAllowed();
    error BalanceTooLow(uint256 id);
    error ReceiverMissing();
    error ReceiverRefused();
    error LengthsDiffer();

    constructor(string memory uri_, bool publicMint_) {
        _uri = uri_;
        publicMint = publicMint_;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        // EIP-165, EIP-1155 and its metadata.
        return id == 0x01ffc9a7 || id == 0xd9b67a26 || id == 0x0e89341c;
    }

    function uri(uint256) external view returns (string memory) {
        return _uri;
    }

    function balanceOf(address account, uint256 id) public view returns (uint256) {
        return _balances[id][account];
    }

    function balanceOfBatch(address[] calldata accounts, uint256[] calldata ids)
        external
        view
        returns (uint256[] memory found)
    {
        if (accounts.length != ids.length) revert LengthsDiffer();
        found = new uint256[](ids.length);
        for (uint256 at = 0; at < ids.length; at++) found[at] = balanceOf(accounts[at], ids[at]);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function mint(address to, uint256 id, uint256 value, bytes memory data) external {
        _checkMinter();
        _one(address(0), to, id, value, data);
    }

    /// Makes several kinds for each receiver.
    function mintBatch(
        address[] calldata to,
        uint256[][] calldata ids,
        uint256[][] calldata values,
        bytes calldata data
    ) external {
        _checkMinter();
        if (to.length != ids.length || to.length != values.length) revert LengthsDiffer();
        for (uint256 at = 0; at < to.length; at++) _many(address(0), to[at], ids[at], values[at], data);
    }

    function burn(address account, uint256 id, uint256 value) external {
        _checkHolder(account);
        _one(account, address(0), id, value, "");
    }

    function burnBatch(address account, uint256[] memory ids, uint256[] memory values) external {
        _checkHolder(account);
        _many(account, address(0), ids, values, "");
    }

    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes memory data) external {
        _checkHolder(from);
        _send(from, to, id, value, data);
    }

    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] memory ids,
        uint256[] memory values,
        bytes memory data
    ) external {
        _checkHolder(from);
        _sendMany(from, to, ids, values, data);
    }

    /// Sends tokens of the sender.
    function safeTransfer(address to, uint256 id, uint256 value, bytes memory data) external {
        _send(msg.sender, to, id, value, data);
    }

    function safeBatchTransfer(address to, uint256[] memory ids, uint256[] memory values, bytes memory data)
        external
    {
        _sendMany(msg.sender, to, ids, values, data);
    }

    function _send(address from, address to, uint256 id, uint256 value, bytes memory data) private {
        if (to == address(0)) revert ReceiverMissing();
        _one(from, to, id, value, data);
    }

    function _sendMany(
        address from,
        address to,
        uint256[] memory ids,
        uint256[] memory values,
        bytes memory data
    ) private {
        if (to == address(0)) revert ReceiverMissing();
        _many(from, to, ids, values, data);
    }

    function _checkMinter() private view {
        if (!publicMint && !hasRole(MINTER_ROLE, msg.sender)) revert RoleMissing(MINTER_ROLE, msg.sender);
    }

    function _checkHolder(address account) private view {
        if (msg.sender != account && !isApprovedForAll[account][msg.sender]) revert NotAllowed();
    }

    function _one(address from, address to, uint256 id, uint256 value, bytes memory data) private {
        _change(from, to, id, value);
        emit TransferSingle(msg.sender, from, to, id, value);
        if (to.code.length == 0) return;
        bytes4 answer = IMultiReceiver(to).onERC1155Received(msg.sender, from, id, value, data);
        if (answer != IMultiReceiver.onERC1155Received.selector) revert ReceiverRefused();
    }

    function _many(
        address from,
        address to,
        uint256[] memory ids,
        uint256[] memory values,
        bytes memory data
    ) private {
        if (ids.length != values.length) revert LengthsDiffer();
        for (uint256 at = 0; at < ids.length; at++) _change(from, to, ids[at], values[at]);
        emit TransferBatch(msg.sender, from, to, ids, values);
        if (to.code.length == 0) return;
        bytes4 answer = IMultiReceiver(to).onERC1155BatchReceived(msg.sender, from, ids, values, data);
        if (answer != IMultiReceiver.onERC1155BatchReceived.selector) revert ReceiverRefused();
    }

    /// From nobody is a mint, to nobody a burn.
    function _change(address from, address to, uint256 id, uint256 value) private {
        if (from == address(0) && to == address(0)) revert ReceiverMissing();
        if (from != address(0)) {
            if (_balances[id][from] < value) revert BalanceTooLow(id);
            _balances[id][from] -= value;
        }
        if (to != address(0)) _balances[id][to] += value;
    }
}
